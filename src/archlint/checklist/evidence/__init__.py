"""Searches for the subjects of items that are about more than one rule sees: `find(project) -> Found`, one a module.

A proof is a place in the code or in a deployment file that does what is asked.  An import, a dependency or a file's
name is never a proof; it may be what makes something a subject.
"""
