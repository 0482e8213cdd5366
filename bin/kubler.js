#!/usr/bin/env -S node --
// Without the `--` Node takes `--env-file` of `kubler run` for its own, as it takes none of the other options.
import '../dist/main.js';
