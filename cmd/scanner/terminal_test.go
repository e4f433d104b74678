package main

import (
	"errors"
	"os"
	"testing"
)

func TestBinaryFormatsAreNotForATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err) // no Unix
	}
	defer terminal.Close()
	file, err := os.Create(t.TempDir() + "/audit.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, test := range []struct {
		format string
		out    *os.File
		want   bool
	}{
		{"xlsx", terminal, true},
		{"xlsx", file, false},
		{"ocsf", terminal, false},
	} {
		a := app{std: streams{out: test.out}, output: test.format}
		err := a.refuseBinary()
		if usage := (*usageError)(nil); errors.As(err, &usage) != test.want {
			t.Errorf("%s to %s: %v", test.format, test.out.Name(), err)
		}
	}
}
