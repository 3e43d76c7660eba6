"""Care for labelled data: wrong labels, odd rows, leaks between splits, shift between sets, small good subsets.

    features         rows as vectors: an embedding, thumbnails of images, or hashed text
    neighbours       exact nearest neighbours, block by block
    label_errors     confident learning: which labels are probably wrong          operator `label_errors`
    outliers         rows far from every other row of their class                 operator `outliers`
    near_duplicates  rows of one split that are nearly a row of another
    shift            do two tables come from the same source? which columns differ?
    coreset          an order of rows in which every prefix is a small good subset  operator `coreset`
    auc              the area under the curve, its interval and p-value
    draws            one seed, a generator of its own for each use
    plant            known faults, planted with a seed, to measure all of the above

`docs/labelled.md` shows what each is worth on real digits.
"""
