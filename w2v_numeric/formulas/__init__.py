"""Loss functions and gradients, generated from proved steps of the notes; the modules here are not edited by hand."""
