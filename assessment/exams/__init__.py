"""Forms, sittings, rosters, attempts, delivery, invigilation, scoring."""
