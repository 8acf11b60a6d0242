"""Whether and when control comes to a place: order, branches, guards, failures that are kept, what is seldom done."""
