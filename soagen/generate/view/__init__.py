"""What the templates print: a contract as the modules of its package, with every name, line and import decided.

One module here per generated module; `about` holds what they share.
"""
