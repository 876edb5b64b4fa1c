"""What may still change: `headwater.beta.workflows` logs, links and uses models as objects in memory."""

from . import workflows

__all__ = ["workflows"]
