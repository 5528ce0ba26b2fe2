import http.client
import json
import unittest
import urllib.request

from khalti_sandbox import EPAYMENT_SECRET_KEY, KhaltiSandbox


def call(khalti, path, body):
    """What a shop's server does."""
    request = urllib.request.Request(f"{khalti.url}/api/v2/epayment/{path}/", json.dumps(body).encode())
    request.add_header("Authorization", f"Key {EPAYMENT_SECRET_KEY}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class PaymentTest(unittest.TestCase):
    def test_a_lost_answer_is_asked_for_again(self):
        with KhaltiSandbox() as khalti:
            link = call(khalti, "initiate", {
                "return_url": "https://shop.example/khalti/return",
                "website_url": "https://shop.example/",
                "amount": 1300,
                "purchase_order_id": "order-1042",
                "purchase_order_name": "Two notebooks",
            })

            self.assertIn("status=Completed", khalti.pay(link["pidx"]))

            khalti.lose_next_answer("epayment_lookup")
            with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
                call(khalti, "lookup", {"pidx": link["pidx"]})
            found = call(khalti, "lookup", {"pidx": link["pidx"]})
            self.assertEqual(("Completed", 1300), (found["status"], found["total_amount"]))

            lookups = [one["status"] for one in khalti.calls() if one["operation"] == "epayment_lookup"]
            self.assertEqual([None, 200], lookups)


if __name__ == "__main__":
    unittest.main()
