module github.com/dogwatch-dev/dogwatch

go 1.26
