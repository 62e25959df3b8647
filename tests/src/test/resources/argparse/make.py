#!/usr/bin/env python3
"""What Python's argparse makes of command lines for kunit.py 6.12, one JSON array a line: the words, then what they mean.

usage: make.py [SEED [LINES]] | gzip -9n > command-lines.jsonl.gz

A meaning is ["error", TEXT], ["help", SUBCOMMAND or ""], or [SUBCOMMAND, "--option=value" ..., "--", POSITIONAL].
The options are those of the option table in kunit.py 6.12, declared here again; its help texts are not needed.
"""
import argparse
import json
import random
import sys

RUN, CONFIG, BUILD, EXEC, PARSE = SUBCOMMANDS = ['run', 'config', 'build', 'exec', 'parse']
TREE = [RUN, CONFIG, BUILD, EXEC]
EXECUTE = [RUN, EXEC]
RESULTS = [RUN, EXEC, PARSE]
LIST, SWITCH = {'action': 'append'}, {'action': 'store_true'}
TABLE = [
    ('--build_dir', TREE, {}), ('--make_options', TREE, LIST), ('--alltests', TREE, SWITCH), ('--kunitconfig', TREE, LIST),
    ('--kconfig_add', TREE, LIST), ('--arch', TREE, {}), ('--cross_compile', TREE, {}), ('--qemu_config', TREE, {}),
    ('--qemu_args', TREE, LIST), ('--jobs', [RUN, BUILD], {'type': int}), ('--timeout', EXECUTE, {'type': int}),
    ('filter_glob', EXECUTE, {'nargs': '?'}), ('--filter', EXECUTE, {}), ('--filter_action', EXECUTE, {'choices': ['skip']}),
    ('--kernel_args', EXECUTE, LIST), ('--run_isolated', EXECUTE, {'choices': ['suite', 'test']}),
    ('--list_tests', EXECUTE, SWITCH), ('--list_tests_attr', EXECUTE, SWITCH),
    ('--raw_output', RESULTS, {'nargs': '?', 'const': 'all', 'choices': ['all', 'kunit']}),
    ('--json', RESULTS, {'nargs': '?', 'const': 'stdout'}), ('file', [PARSE], {'nargs': '?', 'metavar': 'input_file'}),
]
# What kunit.py puts in the place of these words before argparse sees them.
BARE = {'--json': '--json=stdout', '--raw_output': '--raw_output=kunit'}


class Ended(Exception):
    """Takes the place of the end of the process."""


class Parser(argparse.ArgumentParser):
    """A parser that says what it would print."""

    def error(self, message):
        raise Ended('error', message)

    def print_help(self, file=None):
        raise Ended('help', self.prog[len('kunit.py'):].strip())


def parsers():
    """Return the parser of everything, and the actions of each subcommand in the order of the table."""
    top = Parser(prog='kunit.py')
    subparsers = top.add_subparsers(dest='subcommand')
    actions = {}
    for subcommand in SUBCOMMANDS:
        parser = subparsers.add_parser(subcommand)
        actions[subcommand] = [parser.add_argument(name, **how) for name, where, how in TABLE if subcommand in where]
    return top, actions


def meaning(words):
    """Return what a command line means."""
    top, actions = parsers()
    try:
        result = top.parse_args([BARE.get(word, word) for word in words])
    except Ended as end:
        return list(end.args)
    if result.subcommand is None:
        return ['help', '']
    options, positional = [], []
    for action in actions[result.subcommand]:
        value = getattr(result, action.dest)
        if not action.option_strings:
            positional = [] if value is None else ['--', value]
        elif value is True:
            options.append(action.option_strings[0])
        elif value not in (None, False):
            values = value if isinstance(value, list) else [value]
            options += ['%s=%s' % (action.option_strings[0], v) for v in values]
    return [result.subcommand] + options + positional


VALUES = ['', 'x', 'a b', 'skip', 'suite', 'test', 'all', 'kunit', 'mermap.*', '5', '-5', '+5', ' 5 ', '1_000', '1__0', '_1', '0x5', '007',
          '5.', '-.5', '-5.5', '-5 x', '٣', '-٣', '\u00a07\u2003', "it's", '"', '\'"', 'a\tb', 'a\nb', '\x01', 'é', '\u200b', '\\',
          '99999999999', '-', '--', '-x', '-x y', '--x y', '--arch x', '--arch=x y', '@file', 'CONFIG_A=y', 'h']
OTHERS = ['-h', '--help', '--he', '--h', '-hh', '-hx', '-h=h', '-h=', '-help', '--help=', '--help=x', '--nope', '--nope=x', '-j', '-j8', '-=',
          '--=', '--=x', '---', '--raw-output', '--jobs5', '--Arch', '-arch']


def option(rng):
    """Return an option, as often as not with a value, or something like one."""
    name, _, how = rng.choice([row for row in TABLE if row[0].startswith('--')])
    if rng.random() < 0.3:
        name = name[:rng.randint(3, len(name))]
    value = rng.choice(VALUES) if rng.random() < 0.3 else '5' if 'type' in how else rng.choice(how.get('choices', ['x', 'a b']))
    if how == SWITCH and rng.random() < 0.95:
        return [name]
    # argparse loses a value of two dashes.
    if rng.random() < 0.4 and value != '--':
        return [name + '=' + value]
    return [name, value] if rng.random() < 0.9 else [name]


def piece(rng):
    """Return a few words that may have a meaning."""
    kind = rng.random()
    return [rng.choice(VALUES)] if kind < 0.15 else [rng.choice(OTHERS)] if kind < 0.2 else option(rng)


def main():
    """Print command lines with their meanings."""
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    seen = set()
    while len(seen) < (int(sys.argv[2]) if len(sys.argv) > 2 else 4000):
        words = [word for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3])) for word in piece(rng)]
        if rng.random() < 0.95:
            words.insert(rng.randint(0, 1) if rng.random() < 0.1 else 0, rng.choices(SUBCOMMANDS, [6, 1, 1, 4, 2])[0])
        if tuple(words) not in seen:
            seen.add(tuple(words))
            print(json.dumps([words, meaning(words)]))


if __name__ == '__main__':
    main()
