// grpc-gateway as its documentation sets it up: generated handlers that call the backend through grpc-go. Unset fields
// are left out of answers, as in the other gateways.
//
//	grpcgateway BACKEND [OTHER-TEMPLATES]
//
// The templates, one a line, are further GET routes. They are registered with HandlePath, which compiles them as
// generated code has them compiled: to generate 10,000 handlers would take the Go compiler minutes.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"

	shop "propylon.example/bench/gen"
)

func main() {
	marshaler := &runtime.HTTPBodyMarshaler{Marshaler: &runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{EmitUnpopulated: false},
		UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: true},
	}}
	mux := runtime.NewServeMux(runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler))
	if len(os.Args) > 2 {
		addOthers(mux, os.Args[2], 0)
	}
	err := shop.RegisterShopHandlerFromEndpoint(context.Background(), mux, os.Args[1], []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16 << 20)),
	})
	if err != nil {
		log.Fatal(err)
	}
	if len(os.Args) > 2 {
		addOthers(mux, os.Args[2], 1)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, mux))
}

// addOthers registers every second template, so that half of them stand before the shop's own and half behind: the mux
// tries one route after the other.
func addOthers(mux *runtime.ServeMux, file string, parity int) {
	templates, err := os.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer templates.Close()
	lines := bufio.NewScanner(templates)
	for i := 0; lines.Scan(); i++ {
		if i%2 != parity {
			continue
		}
		err := mux.HandlePath("GET", lines.Text(), func(w http.ResponseWriter, _ *http.Request, _ map[string]string) {
			w.WriteHeader(http.StatusNotImplemented)
		})
		if err != nil {
			log.Fatal(err)
		}
	}
}
