"""
`purveyor demo`: a whole shop on one machine, with a vendor that is played.

`place` the folder it lives in, `children` the processes it starts, `company` and
`stories` what it shows (plain data), `office` and `history` how that is loaded: by the
product's own operations, against the stand-in over real HTTP.
"""
