#!/usr/bin/env python3
"""Accounts of a WireGuard server, from its configuration: who has an account stands in comments above each key.

Writes one JSON object a line, and at the end a line that says that they are all. Whatever is amiss ends the program
with code 1 and without that line, so that vanta-sync pushes nothing.
"""
import json
import os
import sys
from datetime import datetime, timezone

REQUIRED = ("id", "name", "mail", "since")
COLUMNS = ("id", "name", "mail", "since", "ended", "address")


def read_peers(lines):
    """Yields the line number of each [Peer] and its settings, those in comments included."""
    number, peer = 0, None
    for i, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith("["):
            if peer is not None:
                yield number, peer
            number, peer = i, {} if text == "[Peer]" else None
        elif peer is not None and "=" in text:
            name, value = text.lstrip("# ").split("=", 1)
            peer[name.strip()] = value.strip()
    if peer is not None:
        yield number, peer


def account_of(number, peer):
    missing = [name for name in REQUIRED if not peer.get(name)]
    if missing:
        # The number of the line and not the person: messages of a connector end up in logs.
        sys.exit(f"line {number}: this peer lacks {', '.join(missing)}")
    account = {name: peer.get(name, "") for name in COLUMNS}
    account["address"] = peer.get("AllowedIPs", "").split("/")[0]
    return account


def main(path):
    as_of = datetime.fromtimestamp(os.stat(path).st_mtime, timezone.utc)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not text.startswith("[Interface]") or not text.endswith("\n"):
        sys.exit("the configuration is not whole: it should begin with [Interface] and end with a line break")
    print(json.dumps({"vanta-sync": {"columns": COLUMNS}}))
    rows = 0
    for number, peer in read_peers(text.splitlines()):
        print(json.dumps(account_of(number, peer)))
        rows += 1
    if rows != text.count("[Peer]"):
        sys.exit(f"{text.count('[Peer]')} peers are in the file, and {rows} were understood")
    evidence = f"all {rows} peers of the configuration"
    print(json.dumps({"vanta-sync": {"complete": True, "rows": rows, "asOf": as_of.isoformat(), "evidence": evidence}}))


main(sys.argv[1])
