"""The architecture checklist: questions, what in the code answers them, and the state of each answer."""

from archlint.checklist.answered import stray_answers, with_answers
from archlint.checklist.items import Checklist, Item, read_checklist
from archlint.checklist.judge import Said, judge

__all__ = ["Checklist", "Item", "Said", "judge", "read_checklist", "stray_answers", "with_answers"]
