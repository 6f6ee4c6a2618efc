"""What a file is for, told from its path alone.

Rules in order, first hit wins: generated, test, docs, data, config, code; else other.
A path says less than a file's content: a generated file with an ordinary name counts as
code, and a hand-written file in a vendored folder counts as generated.
"""

from __future__ import annotations

import re

_GENERATED = re.compile(
    r"""
    (?:^|/)(?:
        vendor|vendored|_vendor|third_party|third-party|node_modules|bower_components
        |dist|generated|__generated__|__snapshots__|snapshots|cassettes
    )/
    |(?:^|/)(?:
        package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?
        |uv\.lock|poetry\.lock|pdm\.lock|pixi\.lock|pipfile\.lock|cargo\.lock|composer\.lock
        |gemfile\.lock|podfile\.lock|packages\.lock\.json|mix\.lock|pubspec\.lock|flake\.lock
        |go\.sum|gradle\.lockfile|deno\.lock
    )$
    |\.(?:lock|snap|ambr|min\.js|min\.css|map|bundle\.js|pb\.go|pb\.cc|pb\.h|pb\.rs|g\.dart)$
    |\.freezed\.dart$
    |_pb2(?:_grpc)?\.pyi?$
    |_generated\.[a-z]+$
    |\.generated\.[a-z]+$
    |\.designer\.cs$
    """,
    re.VERBOSE,
)
_TEST = re.compile(
    r"""
    (?:^|/)(?:tests?|testing|specs?|__tests__|testdata|test_data|fixtures|e2e)/
    |(?:^|/)(?:test_[^/]*|conftest)\.py$
    |_test\.[a-z]+$
    |_spec\.rb$
    |(?:^|/|_)tests\.(?:py|rs)$
    |\.(?:test|spec)\.[cm]?[jt]sx?$
    |tests?\.(?:java|kt|cs|swift|scala)$
    """,
    re.VERBOSE,
)
_DOCS = re.compile(
    r"""
    (?:^|/)(?:docs?|documentation)/
    |\.(?:md|mdx|rst|adoc|asciidoc|org|tex|pod|1|5|8)$
    |(?:^|/)(?:
        readme|changelog|changes|history|news|authors|contributors|contributing|license|licence
        |copying|notice|security|code_of_conduct|maintainers|codeowners
    )(?:\.txt|\.html)?$
    """,
    re.VERBOSE,
)
_DATA = re.compile(
    r"\.(?:csv|tsv|jsonl|ndjson|parquet|arrow|avro|sqlite3?|db|xml|geojson|po|pot|dat|npy|npz|pkl"
    r"|gz|zip|tar|tgz|bz2|xz|zst|whl|jar|png|jpe?g|gif|svg|ico|webp|pdf|mp3|mp4|wav|webm|ttf|otf"
    r"|woff2?|eot|bin)$"
)
_CONFIG = re.compile(
    r"""
    \.(?:ya?ml|toml|json|json5|jsonc|ini|cfg|conf|config|properties|env|editorconfig|plist|tf
        |tfvars|hcl|nix|mk|cmake|gradle|bazel|bzl|gitignore|gitattributes|gitmodules
        |dockerignore|lock\.in)$
    |(?:^|/)\.[^/]+(?:rc|ignore)$
    |(?:^|/)\.(?:github|circleci|vscode|idea|devcontainer|gitlab)/
    |(?:^|/)(?:
        dockerfile[^/]*|makefile|justfile|rakefile|gemfile|procfile|vagrantfile|jenkinsfile
        |cmakelists\.txt|requirements[^/]*\.(?:txt|in)|manifest\.in|setup\.cfg|pipfile|go\.mod
        |build|workspace|py\.typed
    )$
    """,
    re.VERBOSE,
)
_CODE = re.compile(
    r"\.(?:py|pyi|pyx|pxd|ipynb|js|mjs|cjs|jsx|ts|mts|cts|tsx|vue|svelte|astro|rs|go|c|h|cc|cpp|cxx"
    r"|hpp|hh|hxx|m|mm|java|kt|kts|scala|groovy|clj|cljs|cs|fs|fsx|vb|swift|dart|rb|php|pl|pm|lua"
    r"|r|jl|hs|ml|mli|ex|exs|erl|hrl|elm|zig|nim|d|v|sv|vhd|vhdl|asm|s|sh|bash|zsh|fish|ps1|psm1"
    r"|bat|cmd|awk|sed|sql|proto|graphql|gql|thrift|html?|xhtml|jinja2?|j2|tmpl|ejs|hbs|css|scss"
    r"|sass|less|styl|wgsl|glsl|metal|cu|cuh|f|f90|f95|pas|sol|tcl|el|lisp|scm|rkt|vim)$"
)

_RULES = (
    ("generated", _GENERATED),
    ("test", _TEST),
    ("docs", _DOCS),
    ("data", _DATA),
    ("config", _CONFIG),
    ("code", _CODE),
)


def file_kind(path: str) -> str:
    """Return which of `trueup.model.tables.FILE_KINDS` the file at `path` is."""
    lowered = path.lower()
    for kind, rule in _RULES:
        if rule.search(lowered):
            return kind
    return "other"
