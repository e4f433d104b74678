package main

import (
	"fmt"
	"sync"
	"time"

	"keywatch/internal/fakeaws"
)

const (
	demoHome   = "us-east-1"
	demoTarget = "arn:aws:sqs:{region}:{account}:key-usage"
)

// demoClock is the demo's time, which the story moves on.
type demoClock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the demo's present.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the present on.
func (c *demoClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// demoAccount is a believable account: users of every kind, and a root user
// with an access key.
type demoAccount struct {
	cloud  *fakeaws.Cloud
	stolen string // the stale key the thief finds
	queues map[string]string
}

func (d *demoAccount) queue(region string) string { return d.queues[region] }

// newDemoAccount makes the account. Its IAM makes a new report after reportLife,
// or as AWS does if that is zero.
func newDemoAccount(now func() time.Time, reportLife time.Duration) (*demoAccount, error) {
	cloud := fakeaws.New(fakeaws.Options{
		Now:         now,
		Seed:        1,
		ReportPolls: -1,
		ReportLife:  reportLife,
		LastUsedLag: -1,
		Regions:     []fakeaws.Region{{Name: "us-east-1"}, {Name: "eu-west-1"}, {Name: "ap-southeast-2"}, {Name: "af-south-1", OptStatus: "DISABLED"}},
	})
	d := &demoAccount{cloud: cloud, queues: map[string]string{}}
	for _, region := range []string{"us-east-1", "eu-west-1", "ap-southeast-2"} {
		d.queues[region] = cloud.CreateQueue(region, "key-usage", true)
	}
	seed := seeder{now: now(), cloud: cloud}
	seed.root()
	seed.people()
	seed.machines()
	if len(seed.stolen) != 1 {
		return nil, fmt.Errorf("demo: the account was not seeded")
	}
	d.stolen = seed.stolen[0]
	return d, nil
}

type seeder struct {
	now    time.Time
	cloud  *fakeaws.Cloud
	stolen []string
}

// ago is a time so many days before the demo, a little off the hour.
func (s *seeder) ago(days float64) time.Time {
	return s.now.Add(-time.Duration(days * 24 * float64(time.Hour))).Add(-7 * time.Minute).Truncate(time.Second)
}

// used is a key's age and last use in days; idle below zero means never used.
func (s *seeder) used(age, idle float64, region, service string) fakeaws.Key {
	k := fakeaws.Key{Created: s.ago(age)}
	if idle >= 0 {
		k.LastUsed, k.LastUsedRegion, k.LastUsedService = s.ago(idle), region, service
	}
	return k
}

func (s *seeder) root() {
	s.cloud.SetRoot(fakeaws.Root{
		Created:  s.ago(2700),
		Password: &fakeaws.Password{LastUsed: s.ago(3), LastChanged: s.ago(1400)},
		MFA:      true,
		Keys:     []fakeaws.Key{s.used(2000, 400, "us-east-1", "iam")},
	})
}

// people are users with a console password, good and bad.
func (s *seeder) people() {
	alice := fakeaws.User{Name: "alice", Created: s.ago(1400), MFA: true, Keys: []fakeaws.Key{s.used(40, 0.1, "eu-west-1", "ec2")}}
	alice.Password = &fakeaws.Password{LastUsed: s.ago(0.2), LastChanged: s.ago(60)}
	s.cloud.AddUser(alice)

	bob := fakeaws.User{Name: "bob", Created: s.ago(1600), Keys: []fakeaws.Key{s.used(1600, 173, "us-west-2", "dynamodb")}}
	bob.Password = &fakeaws.Password{LastUsed: s.ago(171), LastChanged: s.ago(1599)}
	s.stolen = append(s.stolen, s.cloud.AddUser(bob)...)

	carol := fakeaws.User{Name: "carol", Created: s.ago(50), Keys: []fakeaws.Key{s.used(50, -1, "", "")}}
	carol.Password = &fakeaws.Password{LastChanged: s.ago(50)}
	s.cloud.AddUser(carol)

	frank := fakeaws.User{Name: "frank", Created: s.ago(3000), MFA: true}
	frank.Password = &fakeaws.Password{LastUsed: s.ago(0.1), LastChanged: s.ago(200)}
	frank.Certificates[0] = fakeaws.Certificate{Active: true, LastRotated: s.ago(2900)}
	s.cloud.AddUser(frank)

	s.cloud.AddUser(fakeaws.User{Name: "grace", Created: s.ago(1)})
}

// machines are users without a password, some of them with odd names.
func (s *seeder) machines() {
	twins := s.used(30, -1, "", "")
	inactive := s.used(900, 600, "eu-central-1", "sts")
	inactive.Inactive = true
	for _, u := range []fakeaws.User{
		{Name: "backup-nightly", Path: "/service/backup/", Created: s.ago(2480), Keys: []fakeaws.Key{s.used(2480, 0.1, "us-east-1", "s3")}},
		{Name: "dave+oncall@example.com", Created: s.ago(950), Keys: []fakeaws.Key{inactive, s.used(19, 0.3, "eu-central-1", "sts")}},
		{Name: "deploy", Path: "/ci/", Created: s.ago(350), Keys: []fakeaws.Key{s.used(88, 0.02, "us-east-1", "cloudformation"), s.used(87, 80, "us-east-1", "sts")}},
		{Name: "erin,contractor", Created: s.ago(560), Keys: []fakeaws.Key{s.used(560, -1, "", "")}},
		{Name: "=1+1", Created: s.ago(320), Keys: []fakeaws.Key{s.used(320, 100, "us-east-1", "s3")}},
		{Name: "heidi", Path: "/very/old/acquisition/", Created: s.ago(4300), Keys: []fakeaws.Key{s.used(4300, -1, "", "")}},
		{Name: "twins", Created: s.ago(70), Keys: []fakeaws.Key{twins, twins}},
	} {
		if u.Name == "twins" { // made in one second, so the report cannot tell them apart
			u.Keys[0].Created, u.Keys[1].Created = s.ago(60), s.ago(60)
		}
		s.cloud.AddUser(u)
	}
}
