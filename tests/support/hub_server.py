#!/usr/bin/env python3
"""A model hub on loopback for tests: hub_server.py FOLDER

FOLDER holds files/<org>/<name>/<file>, and behaviour.json:
  {"commit": "<40 hex>", "revisions": ["main", ...], "files": {"<file>": {switches}}}
Files with the switch "lfs" are answered as the Hugging Face hub answers large ones: a redirect with X-Linked-Etag and
X-Linked-Size to a second server on another address, which refuses HEAD as signed storage addresses do. All others are sent
directly, with git's name of the content as their ETag. The other switches make one file misbehave:
  status, error_code, error_message  answer with this status instead
  fail_times     answer 503 so often first
  corrupt        send other bytes than the ETag says
  cut_after, cut_times    close the connection after so many bytes of a body (default: every time)
  hang_after, hang_times  send so many bytes, then wait until the client goes
  ignore_range   send the whole file whatever was asked for
  no_etag        send no ETag
  linked_size    say this size
  trickle        send a body a byte at a time, with so many seconds between
  surplus        send so many bytes more than announced, without a length
  longer         send so many bytes more than X-Linked-Size says, and announce them
  loop           redirect to itself
The switch "certificate" of the pretended file "#tls" names a PEM file with key and certificate: the hub then speaks
https, while its storage stays with http.
Prints "<hub port> <storage port>" and appends a line of JSON to FOLDER/requests.jsonl for each request. Ends when its
standard input does, so it never outlives the test.
"""

import hashlib
import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse

HUB, STORAGE = "127.0.0.1", "127.0.0.2"


class State:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "behaviour.json"), encoding="utf-8") as stream:
            self.behaviour = json.load(stream)
        self.lock = threading.Lock()
        self.counts = {}
        self.storage_port = 0

    def switches(self, name):
        return self.behaviour.get("files", {}).get(name, {})

    def first_times(self, name, what, times):
        """True for the first `times` calls."""
        with self.lock:
            count = self.counts.get((name, what), 0)
            self.counts[(name, what)] = count + 1
            return count < times

    def log(self, entry):
        with self.lock, open(os.path.join(self.folder, "requests.jsonl"), "a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes
    state = None
    server_name_in_log = ""

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.respond()

    def do_GET(self):
        self.respond()

    def log_request_line(self):
        wanted = ("Authorization", "Range", "If-Range")
        self.state.log({"server": self.server_name_in_log, "method": self.command, "path": self.path,
                        **{name: self.headers[name] for name in wanted if name in self.headers}})

    def short(self, status, headers=None, body=b""):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def send_content(self, name, content, headers):
        switches = self.state.switches(name)
        if switches.get("corrupt"):
            content = bytes([content[0] ^ 1]) + content[1:]
        first, status = 0, 200
        asked = self.headers.get("Range")
        fresh = self.headers.get("If-Range", headers.get("ETag")) == headers.get("ETag")
        if asked and fresh and not switches.get("ignore_range"):
            first, status = int(asked.removeprefix("bytes=").removesuffix("-")), 206
            headers = {**headers, "Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
        body = content[first:]
        if self.command == "GET":
            body += b"x" * switches.get("longer", 0)
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        surplus = switches.get("surplus", 0) if self.command == "GET" else 0
        if surplus:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = switches.get("cut_after")
        if cut is not None and self.state.first_times(name, "cut", switches.get("cut_times", 1 << 30)):
            self.wfile.write(body[:cut])
            self.close_connection = True
            return
        hang = switches.get("hang_after")
        if hang is not None and self.state.first_times(name, "hang", switches.get("hang_times", 1 << 30)):
            self.wfile.write(body[:hang])
            self.wfile.flush()
            self.connection.settimeout(60)
            try:
                self.connection.recv(1)  # returns when the client closes
            except OSError:
                pass
            self.close_connection = True
            return
        if "trickle" in switches:
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(switches["trickle"])
            return
        self.wfile.write(body + b"x" * surplus)


class HubHandler(Handler):
    server_name_in_log = "hub"

    def respond(self):
        self.log_request_line()
        state = self.state
        parts = self.path.split("/")  # "", org, name, "resolve", revision, file
        if len(parts) != 6 or parts[3] != "resolve":
            return self.short(404, {"X-Error-Code": "RepoNotFound"})
        revision, name = urllib.parse.unquote(parts[4]), urllib.parse.unquote(parts[5])
        switches = state.switches(name)
        if "status" in switches:
            headers = {"X-Error-Code": switches.get("error_code"), "X-Error-Message": switches.get("error_message")}
            return self.short(switches["status"], {key: value for key, value in headers.items() if value})
        if state.first_times(name, "fail", switches.get("fail_times", 0)):
            return self.short(503)
        if switches.get("loop"):
            return self.short(307, {"Location": self.path})
        if not os.path.isdir(os.path.join(state.folder, "files", parts[1], parts[2])):
            return self.short(404, {"X-Error-Code": "RepoNotFound"})
        if revision != state.behaviour["commit"] and revision not in state.behaviour["revisions"]:
            return self.short(404, {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
        path = os.path.join(state.folder, "files", parts[1], parts[2], name)
        if not os.path.isfile(path):
            return self.short(404, {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        with open(path, "rb") as stream:
            content = stream.read()
        headers = {"X-Repo-Commit": state.behaviour["commit"]}
        if switches.get("lfs"):
            digest = hashlib.sha256(content).hexdigest()
            headers["X-Linked-Etag"] = f'"{digest}"'
            headers["X-Linked-Size"] = str(switches.get("linked_size", len(content)))
            headers["Location"] = f"http://{STORAGE}:{state.storage_port}/{parts[1]}/{parts[2]}/{name}?signature=1"
            return self.short(302, headers, b"Found. Redirecting")
        if not switches.get("no_etag"):
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            headers["ETag"] = f'W/"{blob}"' if switches.get("weak_etag") else f'"{blob}"'
        return self.send_content(name, content, headers)


class StorageHandler(Handler):
    server_name_in_log = "storage"

    def respond(self):
        self.log_request_line()
        if self.command == "HEAD":
            return self.short(403)
        parts = self.path.split("?")[0].split("/")
        with open(os.path.join(self.state.folder, "files", *parts[1:]), "rb") as stream:
            content = stream.read()
        return self.send_content(parts[-1], content, {"ETag": f'"s-{len(content)}"'})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self):  # HTTPServer's own asks the name service for the host's name, which may take seconds
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        pass  # the client went away, as some tests want it to


def main():
    state = State(sys.argv[1])
    Handler.state = state
    hub = Server((HUB, 0), HubHandler)
    certificate = state.switches("#tls").get("certificate")
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        hub.socket = context.wrap_socket(hub.socket, server_side=True)
    storage = Server((STORAGE, 0), StorageHandler)
    state.storage_port = storage.server_address[1]
    for server in (hub, storage):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(hub.server_address[1], storage.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
