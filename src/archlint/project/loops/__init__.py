"""What runs once an item, over how much, and whether one question could have asked for all."""
