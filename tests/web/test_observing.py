"""Counting many requests at once says the same as counting each."""

from prometheus_client import CollectorRegistry, generate_latest

from assessment.web.observing import Times

SECONDS = [0.0, 0.005, 0.0051, 0.2, 5.0, 77.0, 0.005]


def test_many_values_at_once_are_counted_as_each_would_be() -> None:
    told = []
    for at_once in (True, False):
        registry = CollectorRegistry()
        times = Times("seconds", "Seconds.", ("endpoint",), buckets=(0.005, 0.2, 5), registry=registry).labels("here")
        if at_once:
            times.observe_all(SECONDS)
        else:
            for each in SECONDS:
                times.observe(each)
        lines = generate_latest(registry).decode().splitlines()
        told.append([line for line in lines if "_created" not in line])
    assert told[0] == told[1]
