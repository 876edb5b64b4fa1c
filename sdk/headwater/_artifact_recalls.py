"""What is wrong with an artifact: told, marked, and the mark taken back."""

from __future__ import annotations

from . import _recalls
from ._artifact_facts import ArtifactFacts
from ._errors import InvalidInputError
from ._recalls import Recall

SEVERITIES = ("warning", "critical")


class ArtifactRecalls(ArtifactFacts):
    """The recalls that reach a version, and those of the version itself."""

    @property
    def recalls(self) -> tuple[Recall, ...]:
        """What is wrong with it or with what it came from, now: critical recalls first, then the nearest."""
        return _recalls.read_recalls(self._connected(), self._logged("recalls").place.id)

    def recall(self, reason: str, severity: str = "warning") -> Recall:
        """Mark this version as bad: it and all that came from it tell so. Of a link the link is marked.

        Args:
            reason: Why, for everybody who meets it.
            severity: "warning", or "critical": then nothing that came from it is used unless somebody allows it.

        Raises:
            InvalidInputError: without a reason, or for another severity.
            PermissionDeniedError: if you may not change the project or registry.
        """
        if severity.lower() not in SEVERITIES:
            raise InvalidInputError(f"The severity is 'warning' or 'critical', not {severity!r}.", field="severity")
        version_id = self._logged("recall").place.id
        return _recalls.recall_version(self._connected(), version_id, reason, severity.upper())

    def withdraw_recalls(self) -> int:
        """Take back all recalls of this version itself, and return how many there were."""
        path = self._logged("withdraw_recalls").place.path
        own = [recall for recall in self.recalls if recall.distance == 0 and recall.path == path]
        for recall in own:
            _recalls.withdraw_recall(self._connected(), recall.id)
        return len(own)

    def _tell_recalls(self, what: str, *, allow_recalled: bool) -> None:
        """Warn of recalls, once, and raise for critical ones unless they are allowed."""
        if self._is_told:
            return
        path = self._logged(what).place.path
        recalls = self.recalls
        if not allow_recalled:
            _recalls.require_allowed(path, recalls)
        _recalls.tell(path, recalls)
        self._is_told = True
