package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// What the test service of grpc-go leaves out of the descriptions of the compression cases: it looks at neither
// expect_compressed nor response_compressed. The flag of a request message is read from grpc-go's own statistics.
func compressionOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.StatsHandler(flagReader{}),
		grpc.UnaryInterceptor(unary),
		grpc.StreamInterceptor(stream),
	}
}

// compressed tells whether the latest message of a call came with the compressed flag.
type compressed struct{ flag bool }
type compressedKey struct{}

type flagReader struct{}

func (flagReader) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, compressedKey{}, &compressed{})
}

func (flagReader) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if message, ok := event.(*stats.InPayload); ok {
		ctx.Value(compressedKey{}).(*compressed).flag = message.CompressedLength != message.Length
	}
}

func (flagReader) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (flagReader) HandleConn(context.Context, stats.ConnStats)                       {}

func check(ctx context.Context, message any) error {
	expecting, ok := message.(interface {
		GetExpectCompressed() *testgrpc.BoolValue
	})
	if !ok || expecting.GetExpectCompressed() == nil {
		return nil
	}
	if expecting.GetExpectCompressed().Value != ctx.Value(compressedKey{}).(*compressed).flag {
		return status.Error(codes.InvalidArgument, "the compressed flag of the message is not the expected one")
	}
	return nil
}

func unary(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if err := check(ctx, request); err != nil {
		return nil, err
	}
	if simple, ok := request.(*testgrpc.SimpleRequest); ok {
		encoding := "identity"
		if simple.GetResponseCompressed().GetValue() {
			encoding = "gzip"
		}
		if err := grpc.SetSendCompressor(ctx, encoding); err != nil {
			return nil, err
		}
	}
	return handle(ctx, request)
}

type checkedStream struct{ grpc.ServerStream }

func (s checkedStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	return check(s.Context(), message)
}

func stream(service any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	return handle(service, checkedStream{s})
}
