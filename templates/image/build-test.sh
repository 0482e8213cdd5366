#!/bin/sh
# A test of {{image}}: runs in a container of the finished image; a status other than 0 fails.
exit 0
