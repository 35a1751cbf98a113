"""From the text of a note to claims about numbers; the files in the order in which a note goes through them.

A file → prose and mathematics: ``document``, ``markdown``, ``formula``; what it asks for beside: ``emit_lines``,
``train_lines``.

LaTeX → trees, which say what stands on the page and nothing of what it means: ``symbols``, ``scanner``, ``macros``,
``rows``, ``terminals``, ``lexer``, ``delimiters``, ``environments``, ``build``, ``latex``; the trees themselves:
``tree``, ``spelling``, ``rewriting``, ``written``.

Trees → trees with one name for one thing, before anything is read: ``items``, ``renaming`` and what it goes through,
``identifiers``, ``alphabets``, ``brackets``, ``named_functions``, ``components``, ``dummies``, ``elements``,
``marginals``, ``layers``, ``labels``, ``paths``, ``redefinition``, ``reuse``, ``running``, ``unbounded``,
``annotated``, ``implied``.  A notation that is another way to write one that is read already belongs here.

How names are used, learnt from all formulas at once: ``survey``, ``runs``, ``lengths``, ``size_letters``,
``positions``, ``variables``, ``affine``, ``batches``, ``apart``.

What sentences say: ``sentences`` hands each to ``prose``, ``declarations``, ``wordings``, ``counting``, ``targets``,
``hot_lists``, ``path_words``, ``pieces``, ``structures``, ``independence``, ``assumptions``, ``hypotheses``,
``suppositions``, ``stated``, ``given_entries``, ``branches``, ``aside``, ``worded``, ``alone``.

What is known of the names of a note: ``scope``, ``context``, ``values``, ``definitions``, ``unify``.

Trees → values: ``elaborate`` has one rule for each kind of node, the larger ones in files of their own: ``products``,
``reach``, ``ranges``, ``sets``, ``pairs``, ``places``, ``windows``, ``ellipsis``, ``cases``, ``indicators``, ``inner``,
``derivatives``, ``evaluated``, ``limits``, ``extremes``, ``expectations``, ``information``, ``listed``; names with
arguments: ``calls``, ``keys``, ``signatures``, ``tables``, ``applying``, ``substitution``, ``outcomes``, ``histories``,
``bernoulli``, ``models_of_examples``, ``of_an_example``.

Rows → steps: ``note`` reads until nothing new is learnt; ``statements`` tells definitions (``definers``, ``implicit``)
from claims (``claims``, ``equivalences``, ``optima``, ``decimals``, ``refold``), under what restricts them
(``restrictions``, ``heeded``, ``piece_worlds``), and leaves ``drafts``.
"""
