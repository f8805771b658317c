// Publish one resident change as an upstream system would, with the Go standard library alone.
//
//	go run . record sealing-key.json
//
// prints the record as one line for Kafka's own console producer (any client does as well):
//
//	go run . record sealing-key.json | kafka-console-producer.sh --bootstrap-server localhost:9093 \
//	    --command-config client.properties --topic inbound.residents \
//	    --reader-property parse.headers=true --reader-property parse.key=true
//
//	go run . vectors ../../vectors/sealing.json
//
// opens the test vectors, and prints seals of its own for another language to open.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

const sender = "resident_register"

type object = map[string]any

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: record SEALING-KEY.json | vectors VECTORS.json"))
	}
	content, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	switch os.Args[1] {
	case "record":
		err = record(content)
	case "vectors":
		err = vectors(content)
	default:
		err = fmt.Errorf("no such command: %s", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// record prints headers, key and value of a made-up resident's move into the city.
func record(content []byte) error {
	var key PublicKey
	if err := json.Unmarshal(content, &key); err != nil {
		return err
	}
	eventID, addresseeNumber := newUUID(), "000000000000042"
	sealed, err := seal("999900000011", key, sender, eventID)
	if err != nil {
		return err
	}
	value, err := json.Marshal(movedIn(addresseeNumber, sealed))
	if err != nil {
		return err
	}
	headers := strings.Join([]string{
		"content-type:application/json",
		"ce_specversion:1.0",
		"ce_id:" + eventID,
		"ce_type:nenkin.resident.changed.v1",
		"ce_source:" + sender,
		"ce_time:" + time.Now().UTC().Format(time.RFC3339Nano),
	}, ",")
	fmt.Printf("%s\t%s\t%s\n", headers, recordKey(addresseeNumber), value)
	return nil
}

func movedIn(addresseeNumber string, sealed SealedNumber) object {
	return object{
		"source":         sender,
		"record_version": 1,
		"change":         "move_in",
		"changed_on":     exact("2026-10-01"),
		"reported_on":    "2026-10-05",
		"record": object{
			"addressee_number": addresseeNumber,
			"household_number": "000000000000017",
			"name":             object{"kanji": "見本　花子", "kana": "ミホン　ハナコ"},
			"birth_date":       exact("1994-04-02"),
			"sex":              "2",
			"relationship":     []string{"02"},
			"resident_kind":    "1",
			"resident_status":  "1",
			"became_resident":  object{"reason": "move_in", "on": exact("2026-10-01")},
			"address":          object{"text": "千葉県千葉市中央区見本一丁目１番１号", "municipality_code": "121002"},
		},
		"sealed_number": sealed,
	}
}

// exact is a date that is known; see contracts/README.md for those that are not.
func exact(day string) object {
	return object{"precision": "exact", "value": day, "notation": day, "sort_date": day}
}

// recordKey keeps a resident's changes in order without showing the addressee number.
func recordKey(addresseeNumber string) string {
	digest := sha256.Sum256([]byte("nenkin/resident-key/v1\x00" + sender + "\x00" + addresseeNumber))
	return hex.EncodeToString(digest[:])[:24]
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
