package watch

type ops struct{}
