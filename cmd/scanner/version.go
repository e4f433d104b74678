package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// linkedVersion is set by the linker in a release: -X main.linkedVersion=v1.2.3.
var linkedVersion string

// version is the release's version, or what Go recorded when it built this.
func version() string {
	if linkedVersion != "" {
		return linkedVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "version prints the version, the commit it was built from and the platform. -o json prints an object.",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version string `json:"version"`
				Commit  string `json:"commit"`
				Date    string `json:"date"`
				Go      string `json:"go"`
				OS      string `json:"os"`
				Arch    string `json:"arch"`
			}{version(), setting("vcs.revision"), setting("vcs.time"), runtime.Version(), runtime.GOOS, runtime.GOARCH}
			switch a.output {
			case "json":
				encoder := json.NewEncoder(a.std.out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(v)
			case "table":
				_, err := fmt.Fprintf(a.std.out, "keywatch scanner %s (commit %s, %s) %s %s/%s\n", v.Version, v.Commit, v.Date, v.Go, v.OS, v.Arch)
				return err
			}
			return usagef("version prints table or json, not %q", a.output)
		},
	}
}

// setting is a value Go recorded at build time, "unknown" if it did not.
func setting(key string) string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			if s.Key == key {
				return s.Value
			}
		}
	}
	return "unknown"
}
