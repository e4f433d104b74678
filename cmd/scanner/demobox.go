package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"keywatch/internal/audit"
	"keywatch/internal/fakeaws"
	"keywatch/internal/pace"
)

// box is the AWS in a box, listening on loopback.
type box struct {
	*demoAccount
	url    string
	server *http.Server
}

func openBox(ctx context.Context, now func() time.Time, reportLife time.Duration) (*box, error) {
	account, err := newDemoAccount(now, reportLife)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: no port on this machine: %w", err)
	}
	b := &box{demoAccount: account, url: "http://" + listener.Addr().String()}
	b.server = &http.Server{Handler: account.cloud, ReadHeaderTimeout: 10 * time.Second}
	go b.server.Serve(listener) //nolint:errcheck // always ErrServerClosed, after Close
	return b, nil
}

// queueURL is where the home Region's alerts are read.
func (b *box) queueURL() string { return b.url + "/" + b.cloud.AccountID() + "/key-usage" }

// account reaches the box with the real clients. Its calls may come fast: the
// box shares its machine with nobody.
func (b *box) account() audit.Account {
	fast := pace.Options{Start: 500, Min: 10, Max: 1000, Burst: 100}
	return connect(aws.Config{
		Region:       demoHome,
		BaseEndpoint: &b.url,
		Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "demo", ""),
		Retryer:      pace.Retryer,
	}, paces{iam: fast, rules: fast})
}

// serveReportLife lets a visitor of the box see soon what a change leads to.
const serveReportLife = 30 * time.Second

func (a *app) demoServe(ctx context.Context) error {
	b, err := openBox(ctx, a.now, serveReportLife)
	if err != nil {
		return err
	}
	defer b.server.Close()
	a.daemon = true
	fmt.Fprintf(a.std.out, `export AWS_ENDPOINT_URL=%[1]s AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=%[3]s AWS_SECRET_ACCESS_KEY=demo
unset AWS_SESSION_TOKEN AWS_PROFILE
export KEYWATCH_WATCH_TARGET='%[4]s'
`, b.url, demoHome, fakeaws.OperatorKeyID, demoTarget)
	a.hintf(`An AWS in a box listens on %s until this command is stopped. Paste the lines above into
another terminal and try: scanner audit, scanner plan, scanner apply. Its reports are new every 30 seconds, not
every four hours. Be the thief, read the alert, and delete the key; the next apply retires its watch:
  AWS_ACCESS_KEY_ID=%s aws sts get-caller-identity
  aws sqs receive-message --endpoint-url %s --queue-url %s
  aws iam delete-access-key --user-name bob --access-key-id %s`, b.url, b.stolen, b.url, b.queueURL(), b.stolen)
	<-ctx.Done()
	return nil
}
