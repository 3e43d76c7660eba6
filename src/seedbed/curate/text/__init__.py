"""Text: what can be measured of a document, in one pass over its bytes.

`measures` names every number and what it means; `scan` measures; `operators` makes them columns. A word is a maximal
run of characters that are not white space (`str.split`), nothing else: every rule here uses that one definition.
"""
