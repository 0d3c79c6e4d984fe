"""One file per source of usage, each turning what it reads into `UsageRecord`s and `RefusedUsage`s."""
