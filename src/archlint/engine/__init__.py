"""The pipeline: discover → read → extract → link → check → settle. `analyse` is the one way in."""
