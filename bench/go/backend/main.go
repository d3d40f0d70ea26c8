// The backend of the gateway bench: answers every gRPC call with bytes that were made beforehand, so that what is
// measured is the gateway. It reads frames off the socket and writes frames to it, without a stream object or a
// goroutine per call.
//
//	backend answers.json
//
// Prints "grpc PORT http PORT". The second port answers HTTP/1.1 with the JSON that gateways are expected to give: what
// is left of a latency when there is no gateway.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
)

// Answers is the file that bench/gateways/answers.mjs writes.
type Answers struct {
	// By path of the method; "*" for any other.
	Grpc map[string]GrpcAnswer `json:"grpc"`
	// By request target.
	HTTP map[string]HTTPAnswer `json:"http"`
}

type GrpcAnswer struct {
	Messages [][]byte `json:"messages"`
	Status   int      `json:"status"`
	Message  string   `json:"message"`
	// google.rpc.Status
	Details []byte `json:"details"`
}

type HTTPAnswer struct {
	Status int    `json:"status"`
	Body   []byte `json:"body"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var answers Answers
	if err := json.Unmarshal(text, &answers); err != nil {
		log.Fatal(err)
	}
	grpc := make(map[string]*answer, len(answers.Grpc))
	for path, given := range answers.Grpc {
		grpc[path] = newAnswer(given)
	}
	http := make(map[string][]byte, len(answers.HTTP))
	for target, given := range answers.HTTP {
		head := fmt.Sprintf("HTTP/1.1 %d -\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n",
			given.Status, len(given.Body))
		http[target] = append([]byte(head), given.Body...)
	}
	grpcPort := serve(func(conn net.Conn) { newGrpcConn(conn, grpc).run() })
	httpPort := serve(func(conn net.Conn) { serveHTTP(conn, http) })
	fmt.Printf("grpc %d http %d\n", grpcPort, httpPort)
	select {}
}

func serve(handle func(net.Conn)) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				log.Fatal(err)
			}
			go handle(conn)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}
