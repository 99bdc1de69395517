"""Measure persons and roles on annotated articles: score, misses, cost, memory.

usage   MONITOR_TEST_DATA=DIR python -m benchmarks.people [--out pred.jsonl] [--misses] [--lang xx]
In      DIR/articles/dev.jsonl
Out     predictions for the article scorer; printed: per language n, found, false, right roles and statuses (a missing one is
        wrong), milliseconds per 3,000 characters (process time, warm), resident memory
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the workers: a second thread only waits for the first

from pipelines.analysis.people import find_figures

COARSE = {
    "foreign_minister": "official",
    "defence_minister": "official",
    "alleged_recruiter": "recruiter",
    "family_spokesperson": "family",
    "camp_resident": "captive",
    "researcher": "analyst",
    "politician": "official",
    "head_of_government": "official",
}


def tokens(name: str) -> list[str]:
    """Comparable words of a name."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not "\u0300" <= c <= "\u036f")
    return re.findall(r"[\w\u0900-\u0963]+", plain)


def same(given: str, person: dict[str, object]) -> bool:
    """Whether a found name is an asked person's."""
    forms = [str(person[k]) for k in ("name", "surface", "alt", "full", "alias") if person.get(k)]
    got = tokens(given)
    for form in forms:
        want = tokens(form)
        if re.search(r"[\u3400-\u9fff\uac00-\ud7af]", form):
            if "".join(want) in "".join(got) and len("".join(got)) <= len("".join(want)) + 2:
                return True
        elif not Counter(want) - Counter(got) and len(got) <= len(want) + 2:
            return True
    return False


def main() -> None:
    """Run over the articles and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--lang")
    options = parser.parse_args()
    rows = [
        json.loads(line)
        for line in (Path(os.environ["MONITOR_TEST_DATA"]) / "articles/dev.jsonl").read_text("utf-8").splitlines()
    ]
    stats: dict[str, Counter[str]] = defaultdict(Counter)
    out = []
    for row in rows:
        language = row["lang"].split("-")[0]
        if options.lang and language != options.lang:
            continue
        find_figures(row["title"], row["text"], language)
        begin = time.process_time()
        figures = find_figures(row["title"], row["text"], language)
        stat = stats[language]
        stat["seconds_us"] += int((time.process_time() - begin) * 1e6)
        stat["chars"] += len(row["text"])
        out.append(
            {
                "id": row["id"],
                "matched": True,
                "figures": [{"name": f.name, "role": f.role, "status": f.status} for f in figures],
                "counts": [],
            }
        )
        if row["label"] != "positive":
            continue
        asked = [p for p in row["persons"] if not p.get("pseudonym")]
        hit: set[int] = set()
        for figure in figures:
            at = next((i for i, p in enumerate(asked) if i not in hit and same(figure.name, p)), None)
            if at is None:
                if not figure.pseudonym:
                    stat["false"] += 1
                    if options.misses:
                        print(row["id"], language, "FALSE", figure.name, "|", figure.quote and figure.quote[:120])
                continue
            hit.add(at)
            role = COARSE.get(asked[at]["role"], asked[at]["role"])
            stat["role"] += role == figure.role
            asks = asked[at]["status"] not in ("speaker", "mentioned")
            stat["status_n"] += asks
            stat["status"] += asks and asked[at]["status"] == figure.status
            if options.misses and (role != figure.role or (asks and asked[at]["status"] != figure.status)):
                print(
                    row["id"],
                    language,
                    "ROLE",
                    figure.name,
                    "asked",
                    role,
                    asked[at]["status"],
                    "got",
                    figure.role,
                    figure.status,
                )
        stat["asked"] += len(asked)
        stat["found"] += len(hit)
        if options.misses:
            print(
                "".join(f"{row['id']} {language} MISSED {p['name']}\n" for i, p in enumerate(asked) if i not in hit),
                end="",
            )
    if options.out:
        Path(options.out).write_text("".join(json.dumps(o, ensure_ascii=False) + "\n" for o in out), "utf-8")
    total: Counter[str] = sum(stats.values(), Counter())
    for language, s in [*sorted(stats.items(), key=lambda x: -x[1]["asked"]), ("all", total)]:
        f1 = 2 * s["found"] / max(1, s["found"] + s["false"] + s["asked"])
        print(
            f"{language:4} asked {s['asked']:3} found {s['found']:3} false {s['false']:3} F1 {f1:.3f} | role {s['role'] / max(1, s['found']):.2f} "
            f"status {s['status'] / max(1, s['status_n']):.2f} of {s['status_n']} | {s['seconds_us'] / 1e3 * 3000 / max(1, s['chars']):.0f} ms/3000"
        )
    print("RSS", int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024, "MB")


if __name__ == "__main__":
    main()
