"""Changes to source text. Pure: text in, text out; what does not change stays byte for byte."""
