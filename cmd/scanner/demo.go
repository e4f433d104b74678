package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/fakeaws"
	"keywatch/internal/render"
)

func demoCommand(a *app) *cobra.Command {
	var serve bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole loop against an AWS in a box; no account needed",
		Long: `demo starts an AWS in a box on this machine and shows the whole loop with the real
code: audit, plan, apply, a thief who uses a stale key, the alert that arrives, the
rotation that follows and the watch that is retired. It reads no settings and no
credentials, and nothing leaves the machine. With --serve the box stays up, so that
the other commands can be tried against it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.output != "table" {
				return usagef("demo tells a story with tables: to see %s, run demo --serve and the commands against it", a.output)
			}
			if serve {
				return a.demoServe(cmd.Context())
			}
			return a.demo(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&serve, "serve", false, "keep the AWS in a box up and print the environment to use it")
	return cmd
}

// demo tells the story. Every table in it comes from the code that audits a
// real account.
func (a *app) demo(ctx context.Context) error {
	clock := &demoClock{now: a.now().UTC().Truncate(time.Second)}
	b, err := openBox(ctx, clock.Now, 0)
	if err != nil {
		return err
	}
	defer b.server.Close()
	s := showing{app: a, box: b, clock: clock, account: b.account(), policy: policyOf(demoSettings())}
	for _, step := range []func(context.Context) error{s.audit, s.plan, s.apply, s.thief, s.rotation, s.settled} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	a.sayf("\nThat was the whole loop. Next:")
	a.sayf("  scanner demo --serve          keep this AWS in a box up and try the commands yourself")
	a.sayf("  scanner audit                 judge a real account (reads only, four IAM permissions)")
	a.sayf("  scanner config init           write the settings, then: scanner plan && scanner apply")
	return nil
}

func demoSettings() config.Settings {
	s := config.Default()
	s.Watch.Target = config.Targets{demoTarget}
	return s
}

// showing holds what the demo's steps share.
type showing struct {
	*app
	box     *box
	clock   *demoClock
	account audit.Account
	policy  audit.Policy
	step    int
}

func (s *showing) title(format string, args ...any) {
	s.step++
	text := fmt.Sprintf("%d. %s", s.step, fmt.Sprintf(format, args...))
	s.sayf("\n%s\n%s\n", text, strings.Repeat("=", len(text)))
}

func (a *app) sayf(format string, args ...any) { fmt.Fprintf(a.std.out, format+"\n", args...) }

func (s *showing) audit(ctx context.Context) error {
	s.title("scanner audit: a dozen users and a root user, judged")
	result, err := s.account.Audit(ctx, s.policy, s.clock.Now())
	if err != nil {
		return err
	}
	return s.print(result, render.Audit, s.options(demoSettings(), render.Options{Now: s.clock.Now()}))
}

func (s *showing) plan(ctx context.Context) error {
	s.title("scanner plan: what would be watched")
	result, err := s.account.Plan(ctx, s.policy, s.clock.Now())
	if err != nil {
		return err
	}
	return s.print(result, render.Plan, s.options(demoSettings(), render.Options{Now: s.clock.Now()}))
}

func (s *showing) apply(ctx context.Context) error {
	s.title("scanner apply: exactly the risky keys are watched now")
	result, err := s.account.Apply(ctx, s.policy, s.clock.Now())
	if err != nil {
		return err
	}
	return s.print(result, render.Plan, s.options(demoSettings(), render.Options{Now: s.clock.Now()}))
}

// thief uses a key that nobody has used for long. The call is read-only, and
// reaches the queue all the same.
func (s *showing) thief(context.Context) error {
	s.clock.Advance(time.Hour)
	s.title("a thief tries a key found in an old backup: sts:GetCallerIdentity with %s", s.box.stolen)
	_, err := s.box.cloud.Use(fakeaws.KeyUse{
		Key: s.box.stolen, Region: "eu-west-1", EventSource: "sts.amazonaws.com", EventName: "GetCallerIdentity", ReadOnly: true,
		SourceIP: "203.0.113.66", UserAgent: `aws-cli/2.15 "totally legitimate"`,
	})
	if err != nil {
		return err
	}
	messages := s.box.cloud.Messages(s.box.queue("eu-west-1"))
	if len(messages) != 1 {
		return fmt.Errorf("demo: %d alerts arrived in the queue, not one", len(messages))
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(messages[0].Body), "  ", "  "); err != nil {
		return fmt.Errorf("demo: the alert is not JSON: %w", err)
	}
	s.sayf("The alert that arrived in %s:\n  %s", s.box.queue("eu-west-1"), pretty.String())
	return nil
}

// rotation replaces the stolen key. The next report, four hours on, shows it.
func (s *showing) rotation(ctx context.Context) error {
	s.title("the key is rotated, a new report is out: scanner apply")
	fresh, err := s.box.cloud.RotateKey(s.box.stolen, false)
	if err != nil {
		return err
	}
	s.sayf("%s is deleted and %s takes its place.\n", s.box.stolen, fresh)
	s.clock.Advance(5 * time.Hour)
	result, err := s.account.Apply(ctx, s.policy, s.clock.Now())
	if err != nil {
		return err
	}
	if _, _, retired := result.Plan.Applied(); retired == 0 {
		return fmt.Errorf("demo: no watch was retired")
	}
	return s.print(result, render.Plan, s.options(demoSettings(), render.Options{Now: s.clock.Now()}))
}

func (s *showing) settled(ctx context.Context) error {
	s.title("scanner apply once more: nothing to do")
	before := s.box.cloud.Writes()
	result, err := s.account.Apply(ctx, s.policy, s.clock.Now())
	if err != nil {
		return err
	}
	if err := s.print(result, render.Plan, s.options(demoSettings(), render.Options{Now: s.clock.Now()})); err != nil {
		return err
	}
	s.sayf("Calls that wrote anything: %d.", s.box.cloud.Writes()-before)
	return nil
}
