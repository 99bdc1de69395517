"""Fifty hostile texts: a page that shows one of them as anything but text is broken. A newcomer adds a line."""

HOSTILE = tuple(
    line
    for line in r"""
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<body onload=alert(1)>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<a href="javascript:alert(1)">x</a>
<a href=" javascript:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<details open ontoggle=alert(1)>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)>
<textarea autofocus onfocus=alert(1)>
<video><source onerror=alert(1)>
<audio src=x onerror=alert(1)>
<object data="javascript:alert(1)"></object>
<embed src="javascript:alert(1)">
<link rel=stylesheet href="//evil.example/x.css">
<style>@import "//evil.example/x.css";</style>
<style>body{display:none}</style>
<meta http-equiv=refresh content="0;url=//evil.example/">
<base href="//evil.example/">
<form action="//evil.example/"><button>x</button></form>
<marquee onstart=alert(1)>
<template><script>alert(1)</script></template>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</script><script>alert(1)</script>
--><script>alert(1)</script>
<!--<img src="--><img src=x onerror=alert(1)>">
"><script>alert(1)</script>
'><script>alert(1)</script>
" onmouseover="alert(1)
' onmouseover='alert(1)
" autofocus onfocus="alert(1)
javascript:alert(1)
JaVaScRiPt:alert(1)
java	script:alert(1)
vbscript:msgbox(1)
data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
{{ 7*7 }}{% print(1) %}
${alert(1)}#{alert(1)}<%= 1 %>
&lt;script&gt;alert(1)&lt;/script&gt;
&#x3c;script&#x3e;alert(1)
<scr<script>ipt>alert(1)</scr</script>ipt>
<img src="//evil.example/pixel.gif">
‮<b>evil</b>‬ <u style="position:fixed;inset:0">
""".strip().splitlines()
)
