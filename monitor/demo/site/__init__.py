"""The invented newspapers of the demo: texts as data, templates, and the generator of what is served."""
