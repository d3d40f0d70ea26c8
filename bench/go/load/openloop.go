package main

import (
	"runtime"
	"sync"
	"syscall"
	"time"
)

// openLoop sends each request when it is due, on any connection that is free; where none is, the request waits, and
// its latency grows meanwhile.
func openLoop(conns []*connection, start time.Time, duration time.Duration, rate float64) {
	free := make(chan *connection, len(conns))
	var group sync.WaitGroup
	for _, c := range conns {
		free <- c
		group.Go(func() {
			for range c.sent {
				c.receive()
				free <- c
			}
		})
	}
	runtime.LockOSThread()
	total := max(1, int(rate*duration.Seconds()))
	for i := range total {
		due := start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		sleepUntil(due)
		c := <-free
		c.send(due)
		c.sent <- struct{}{}
	}
	for _, c := range conns {
		close(c.sent)
	}
	group.Wait()
}

// sleepUntil asks the kernel: Go's own timers are a millisecond apart where nothing else runs.
func sleepUntil(due time.Time) {
	for rest := time.Until(due); rest > 0; rest = time.Until(due) {
		pause := syscall.NsecToTimespec(rest.Nanoseconds())
		syscall.Nanosleep(&pause, nil)
	}
}
