// Command sim stands in for what a cluster without machines lacks: three kubelets with
// certificates of their own, which run nothing and serve exec, attach, logs and tunnels.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"k8s.io/client-go/rest"
)

const apiHost = "https://10.224.0.10:6443"

// base holds the keys, kubeconfigs and logs of one cluster.
var base = os.Getenv("CLUSTER_DIR") + "/run"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	nodes(ctx)
}

type Client struct {
	c    *http.Client
	ua   string
	hdr  map[string]string
	host string
}

type Cred struct{ Token, Cert, Key string }

func newClient(cr Cred, ua, srcIP string) *Client {
	cfg := &rest.Config{Host: apiHost, BearerToken: cr.Token, UserAgent: ua,
		TLSClientConfig: rest.TLSClientConfig{CAFile: base + "/pki/ca.crt", CertFile: cr.Cert, KeyFile: cr.Key}}
	if srcIP != "" {
		d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(srcIP)}, Timeout: 5 * time.Second}
		cfg.Dial = d.DialContext
	}
	cfg.QPS = -1
	hc, err := rest.HTTPClientFor(cfg)
	if err != nil {
		log.Fatal(err)
	}
	return &Client{c: hc, ua: ua, host: apiHost}
}

var nreq, nerr atomic.Int64

func (c *Client) do(ctx context.Context, method, path string, body any, ct string) (int, []byte) {
	var rd io.Reader
	if body != nil {
		switch b := body.(type) {
		case string:
			rd = strings.NewReader(b)
		case []byte:
			rd = bytes.NewReader(b)
		default:
			j, _ := json.Marshal(b)
			rd = bytes.NewReader(j)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.host+path, rd)
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Accept", "application/json")
	if ct == "" {
		ct = "application/json"
	}
	if body != nil {
		req.Header.Set("Content-Type", ct)
	}
	req.Header.Set("User-Agent", c.ua)
	for k, v := range c.hdr {
		req.Header.Set(k, v)
	}
	nreq.Add(1)
	resp, err := c.c.Do(req)
	if err != nil {
		nerr.Add(1)
		return 0, []byte(err.Error())
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, b
}

func (c *Client) get(ctx context.Context, path string) (int, []byte) {
	return c.do(ctx, "GET", path, nil, "")
}

func selfSigned() tls.Certificate {
	c, err := tls.LoadX509KeyPair(base+"/pki/serving.crt", base+"/pki/serving.key")
	if err != nil {
		log.Fatal(err)
	}
	return c
}
