"""The answer path: `POST /answers` in front of Flask, one statement a group, one commit a group, then the reply."""
