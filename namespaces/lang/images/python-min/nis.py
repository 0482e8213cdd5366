"""Network Information Service of a machine that has none: the library for it would bring Kerberos."""


class error(Exception):
    pass


def get_default_domain():
    raise error('there is no NIS domain')


def match(key, mapname, domain=None):
    raise error('there is no NIS domain')


def cat(mapname, domain=None):
    raise error('there is no NIS domain')


def maps(domain=None):
    raise error('there is no NIS domain')
