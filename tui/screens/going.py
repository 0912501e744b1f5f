"""To the screens of people, campaigns and planning, from every other screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

if TYPE_CHECKING:
    from tui.desk import Desk

Result = TypeVar("Result")


class Going(Screen[Result]):
    """The places of ``tui.actions.relations``; what leads there is loaded when asked for."""

    desk: Desk

    def do_coverage(self) -> None:
        """Show where the audience speaks, where we listen and answer, and what that brings."""
        from tui.screens.coverage import CoverageScreen

        if not isinstance(self, CoverageScreen):
            self.app.push_screen(CoverageScreen(self.desk))

    def do_voice(self) -> None:
        """Show brands compared, words that rise, and the hours people speak at."""
        from tui.screens.voice import VoiceScreen

        if not isinstance(self, VoiceScreen):
            self.app.push_screen(VoiceScreen(self.desk))

    def do_stages(self) -> None:
        """Show how far people have come, and who is worth a next step."""
        from tui.screens.stages import StagesScreen

        if not isinstance(self.app.screen, StagesScreen):
            self.app.push_screen(StagesScreen(self.desk))

    def do_planning(self) -> None:
        """Show what is planned, and how often channels speak."""
        from tui.screens.planning import PlanningScreen

        if not isinstance(self, PlanningScreen):
            self.app.push_screen(PlanningScreen(self.desk))

    def do_conductor(self) -> None:
        """Show who has what, what is late, which channel is silent, and whose turn it is."""
        from tui.screens.conductor import ConductorScreen

        if not isinstance(self, ConductorScreen):
            self.app.push_screen(ConductorScreen(self.desk))

    def do_people(self) -> None:
        """Show everybody who was heard."""
        from tui.screens.people import PeopleScreen

        if not isinstance(self, PeopleScreen):
            self.app.push_screen(PeopleScreen(self.desk))

    def do_person(self) -> None:
        """Show who wrote what is under the cursor."""
        from tui.screens.base import HubScreen
        from tui.screens.person import open_person_of

        if isinstance(self, HubScreen):
            open_person_of(self)

    def do_weekly(self) -> None:
        """Show the report of a week, a month or a campaign, and write it to a file."""
        from tui.screens.report import ReportScreen

        if not isinstance(self, ReportScreen):
            self.app.push_screen(ReportScreen(self.desk))

    def do_campaigns(self) -> None:
        """Show what each campaign brought."""
        from tui.screens.campaigns import CampaignsScreen

        if not isinstance(self, CampaignsScreen):
            self.app.push_screen(CampaignsScreen(self.desk))
