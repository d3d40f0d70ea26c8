// The load of the gateway bench: one HTTP/1.1 request over and over, on connections that stay open.
//
//	load -address HOST:PORT -request FILE -status N -connections N -seconds S [-rate R]
//
// Without a rate, each connection asks again as soon as it is answered, which saturates a gateway. With one, requests
// are due at fixed times whatever the answers do (open loop), and a latency counts from when its request was due: a
// stall costs every request that it holds up. Requests under way at the end are finished and counted.
//
// Prints one line of JSON.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"slices"
	"sync"
	"time"
)

// Result is what is printed; times in microseconds.
type Result struct {
	Requests int     `json:"requests"`
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
}

func main() {
	address := flag.String("address", "", "HOST:PORT")
	requestFile := flag.String("request", "", "file with the bytes of a request")
	status := flag.String("status", "200", "the status that every answer must have")
	count := flag.Int("connections", 64, "")
	seconds := flag.Float64("seconds", 2, "")
	rate := flag.Float64("rate", 0, "requests per second; 0 saturates")
	flag.Parse()

	request, err := os.ReadFile(*requestFile)
	if err != nil {
		log.Fatal(err)
	}
	conns := make([]*connection, *count)
	for i := range conns {
		if conns[i], err = dial(*address, request, *status); err != nil {
			log.Fatal(err)
		}
	}
	start := time.Now()
	if duration := time.Duration(*seconds * float64(time.Second)); *rate > 0 {
		openLoop(conns, start, duration, *rate)
	} else {
		closedLoop(conns, start.Add(duration))
	}
	elapsed := time.Since(start)

	var latencies []time.Duration
	for _, c := range conns {
		latencies = append(latencies, c.latencies...)
	}
	slices.Sort(latencies)
	at := func(share float64) float64 {
		return float64(latencies[int(share*float64(len(latencies)-1))].Nanoseconds()) / 1e3
	}
	json.NewEncoder(os.Stdout).Encode(Result{len(latencies), elapsed.Seconds(), at(0.5), at(0.99), at(1)})
}

func closedLoop(conns []*connection, end time.Time) {
	var group sync.WaitGroup
	for _, c := range conns {
		group.Go(func() {
			for now := time.Now(); now.Before(end); now = time.Now() {
				c.send(now)
				c.receive()
			}
		})
	}
	group.Wait()
}
