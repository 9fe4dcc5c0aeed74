module github.com/dogwatch-dev/dogwatch/bench/store

go 1.26.0

require github.com/klauspost/compress v1.20.3

replace github.com/dogwatch-dev/dogwatch => ../..
