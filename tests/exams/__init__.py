"""Tests of forms, sittings, the exam room and written evidence."""
