// A control plane on Envoy's own library: snapshots come as lines on standard input, the port goes out in one.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"

	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cachev3 "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	serverv3 "github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
)

func message(typeURL string) types.Resource {
	switch typeURL {
	case resource.ListenerType:
		return &listenerv3.Listener{}
	case resource.RouteType:
		return &routev3.RouteConfiguration{}
	case resource.ClusterType:
		return &clusterv3.Cluster{}
	case resource.EndpointType:
		return &endpointv3.ClusterLoadAssignment{}
	}
	log.Fatalf("no resource of %s is served here", typeURL)
	return nil
}

func main() {
	// Not in its ADS mode: that waits for a client that asks for every resource there is.
	cache := cachev3.NewSnapshotCache(false, cachev3.IDHash{}, nil)
	server := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(server, serverv3.NewServer(context.Background(), cache, nil))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(server.Serve(listener)) }()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for version := 1; lines.Scan(); version++ {
		// Type URL → resources, in ProtoJSON.
		var named map[string]map[string]json.RawMessage
		if err := json.Unmarshal(lines.Bytes(), &named); err != nil {
			log.Fatal(err)
		}
		resources := map[resource.Type][]types.Resource{}
		for typeURL, all := range named {
			for _, text := range all {
				parsed := message(typeURL)
				if err := protojson.Unmarshal(text, parsed); err != nil {
					log.Fatal(err)
				}
				resources[typeURL] = append(resources[typeURL], parsed)
			}
		}
		snapshot, err := cachev3.NewSnapshot(fmt.Sprint(version), resources)
		if err != nil {
			log.Fatal(err)
		}
		if err := cache.SetSnapshot(context.Background(), "gateway", snapshot); err != nil {
			log.Fatal(err)
		}
	}
}
