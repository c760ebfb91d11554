# A menu. Each entry is a script that prints what it runs; everything it needs is set up by it.
.PHONY: help run demo-deploy web test check bench soak bless fmt

help:
	@echo 'make run     start a demonstration and print its address'
	@echo 'make demo-deploy   carry a release out and take bad ones back, with nginx and Prometheus'
	@echo 'make test    every check and every test, on SQLite, on PostgreSQL and in the browser'
	@echo 'make check   the part of it that runs no product: format, lints, rules, types'
	@echo 'make web     build the web application into web/dist'
	@echo 'make bench   measure the product beside its floors'
	@echo 'make soak    races, crash drills and random calendars in large counts'
	@echo 'make bless   accept what the snapshot tests now answer'
	@echo 'make fmt     format Rust and TypeScript'

run:
	@scripts/run

demo-deploy:
	@scripts/demo-deploy

web:
	@scripts/setup run
	@scripts/web

test:
	@scripts/test

check:
	@scripts/setup test
	@scripts/check

bench:
	@scripts/bench

soak:
	@scripts/soak

bless:
	@scripts/bless

fmt:
	@scripts/setup run
	@scripts/fmt
