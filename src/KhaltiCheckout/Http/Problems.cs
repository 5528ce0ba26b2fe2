using FluentValidation.Results;
using Khalti.Client;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout.Http;

/// <summary>Every refusal, one line each. The code is for programs and stays as it is; the texts are for people.</summary>
internal static class Problems
{
    internal const string MediaType = "application/problem+json";

    internal static ProblemHttpResult NotFound(string what) =>
        Of(404, "not_found", "Not found", $"There is no such {what}.");

    internal static ProblemHttpResult HostNotAllowed() =>
        Of(400, "host_not_allowed", "Not a name of this shop",
            "The Host header names another host. Ask under the address of Store:PublicUrl, or add the name to "
            + "the setting AllowedHosts. Nothing was done.");

    internal static ProblemHttpResult Unauthorized()
    {
        (string code, string title, string detail) = Fallback(401);
        return Of(401, code, title, detail);
    }

    internal static ProblemHttpResult WrongKey() =>
        Of(401, "unauthorized", "No valid key", "This is no key of this shop, or it was revoked.");

    /// <summary>Told from the general limit by its member <c>reason</c>.</summary>
    internal static ProblemHttpResult TooManyWrongKeys(HttpResponse response, TimeSpan wait)
    {
        response.RetryAfter(wait);
        ProblemHttpResult problem = Of(
            429, "rate_limited", "Too many wrong keys",
            "Too many wrong keys were tried from here. Wait as long as Retry-After says, in seconds.");
        problem.ProblemDetails.Extensions["reason"] = "wrong_keys";
        return problem;
    }

    internal static ProblemHttpResult Forbidden()
    {
        (string code, string title, string detail) = Fallback(403);
        return Of(403, code, title, detail);
    }

    internal static ProblemHttpResult NumberNeedsAdmin() =>
        Of(403, "forbidden", "The key may not name a number",
            "Khalti does not say whether this payment came from a bank. Only a key of scope admin may name the number that receives its "
            + "money; nothing was done.");

    /// <summary>A request with the cookie of the admin pages that another site could have made.</summary>
    internal static ProblemHttpResult CsrfRejected() =>
        Of(403, "forbidden", "This request was not meant",
            $"With the cookie, send the header {CsrfHeader.Name}: {CsrfHeader.Value}. Nothing was done.");

    internal static ProblemHttpResult NameTaken() =>
        Of(409, "name_taken", "Name taken",
            "Another key that works has this name, or one that looks like it. No key was made; choose another "
            + "name, or revoke that key first.");

    /// <param name="orderId">Null for those who may not read orders: who holds an order's id can see and cancel it.</param>
    internal static ProblemHttpResult ReferenceTaken(string? orderId) => Of(
        409, "reference_taken", "Reference taken",
        $"{(orderId is null ? "Another order" : $"Order {orderId}")} has this reference already. Nothing was ordered.");

    internal static ProblemHttpResult PaymentDeclined() =>
        Of(402, "payment_declined", "Khalti declined the payment",
            "Khalti refused this payment. No money was taken for it; the order can be paid again.");

    internal static ProblemHttpResult TokenAlreadyUsed() =>
        Of(409, "token_already_used", "Token already used",
            "This token has been used for another order, so it did not pay this one. Money may have been taken for it: do not pay again "
            + "before a person at the shop has looked.");

    internal static ProblemHttpResult OrderNotPayable(string status) =>
        Of(409, "order_not_payable", "Order not payable", $"The order is {status}: it takes no payment. This try was not charged.");

    internal static ProblemHttpResult TriedTooOften() =>
        Of(409, "order_not_payable", "Order not payable",
            "Too many payments of this order were tried. This try was not charged; place the order again.");

    internal static ProblemHttpResult TooManyLinks() =>
        Of(409, "too_many_links", "Too many payment links",
            "No more payment links can be made for this order. Nothing was charged by this request; pay another "
            + "way, or place the order again.");

    internal static ProblemHttpResult PaymentInProgress() =>
        Of(409, "payment_in_progress", "Payment in progress",
            "Another payment of this order is being checked with Khalti. This try was not charged. Do not pay "
            + "again before the outcome is known.");

    internal static ProblemHttpResult KhaltiUnavailable() =>
        Of(503, "khalti_unavailable", "Khalti can't be reached",
            "Khalti could not be asked, so nothing was started and no money moved. Try again in a minute.");

    internal static ProblemDetails Busy() => new()
    {
        Status = 503,
        Title = "Too busy",
        Detail =
            "More is going on than this shop can write down at the moment. Nothing was done. Wait as long as Retry-After says, in seconds.",
        Extensions = { ["code"] = "busy" },
    };

    /// <summary>A question that could not be asked. The payment may have happened before it: the answer never says to pay again.</summary>
    internal static ProblemDetails DatabaseAway() => new()
    {
        Status = 503,
        Title = "Too busy",
        Detail =
            "The database could not be asked in time. Wait as long as Retry-After says, in seconds; then read the order to see where it "
                + "stands, and do not pay again before that.",
        Extensions = { ["code"] = "busy" },
    };

    internal static ProblemHttpResult NotRefundable(string why) =>
        Of(409, "not_refundable", "Not refundable", why);

    internal static ProblemHttpResult RefundTooLarge(Paisa left) =>
        Of(422, "refund_too_large", "Refund too large", $"Of this payment {left} can still be refunded. Nothing was done.");

    internal static ProblemHttpResult NotUnknown() =>
        Of(409, "not_unknown", "Outcome known", "What became of this refund is known already. Nothing was changed.");

    internal static ProblemHttpResult NotSettleable(string why) =>
        Of(409, "not_settleable", "Not to be settled so", why);

    internal static ProblemHttpResult OrderUnreadable() => Of(
        409, "order_unreadable", "Order unreadable",
        "The shop's own record of this order can't be read; the log says why. Other orders are not affected, and its reason unreadable "
        + "stays open until somebody has mended the record.");

    internal static ProblemHttpResult AttentionChanged(params IEnumerable<string> open) => Of(
        409, "attention_changed", "Another reason is open",
        $"Open now: {string.Join(", ", open)}. Nothing was resolved; read the order again and say by its reasonId which one is meant.");

    internal static ProblemHttpResult PaymentStillHeld() => Of(
        409, "payment_still_held", "Payment still held",
        "Khalti has money of this payment, or a refund of it is under way. Refund the money first; what can't be refunded from here "
        + "is closed with closePayments. Nothing was resolved.");

    internal static ProblemHttpResult TransactionAlreadyUsed() =>
        Of(409, "transaction_already_used", "Transaction already used",
            "A payment of another order has this transaction. A transaction pays one order; nothing was done.");

    internal static ProblemHttpResult NotAttachable(string why) =>
        Of(422, "transaction_not_attachable", "Transaction not attachable", why);

    internal static ProblemHttpResult AttachmentInProgress() =>
        Of(409, "payment_in_progress", "Payment in progress",
            "A payment of this order is open and may be this transaction. Nothing was done; try again when its outcome is known.");

    internal static ProblemHttpResult CheckInProgress() =>
        Of(409, "check_in_progress", "Check in progress", "Khalti is being asked about this just now. Look again in a moment.");

    internal static ProblemHttpResult DaySignedOff() =>
        Of(409, "signed_off", "Day signed off",
            "This day has been signed off and is kept as it was. What came to light since is in the close of a later day.");

    internal static ProblemHttpResult NotSignable(string why) =>
        Of(409, "not_signable", "Not to be signed off yet", why);

    internal static ProblemHttpResult NotCancellable(string why) =>
        Of(409, "not_cancellable", "Order not cancellable", why);

    internal static ProblemHttpResult AmountMismatch() =>
        Of(422, "amount_mismatch", "Amount mismatch",
            "The posted amount is not what the order costs. Khalti was not asked and nothing was charged.");

    /// <param name="amount">Null for less than nothing.</param>
    internal static ProblemHttpResult AmountOutOfRange(Paisa? amount, Paisa least, Paisa? most) =>
        Of(422, "amount_out_of_range", "Amount out of range",
            $"{(amount is { } total ? $"The order comes to {total}" : "The discounts are more than what they are taken off")}; this shop "
            + $"takes payments from {least}{(most is { } limit ? $" to {limit}" : " up")}. Nothing was ordered or charged.");

    internal static ProblemHttpResult TooManyWatchers(HttpResponse response)
    {
        response.RetryAfter(TimeSpan.FromMinutes(1));
        return Of(429, "rate_limited", "Too many watchers",
            "Too many pages are watching this order or others. Read the order from time to time instead.");
    }

    internal static ProblemHttpResult TooManyEventStreams(HttpResponse response)
    {
        response.RetryAfter(TimeSpan.FromMinutes(1));
        return Of(429, "rate_limited", "Too many event streams",
            "Too many event streams are open with this key, or in all. Read the events from time to time instead.");
    }

    internal static ProblemHttpResult UnknownCursor() =>
        Of(400, "unknown_cursor", "Unknown cursor",
            "There never was an event with this id. Take the nextCursor of an answer as it is, or begin without one.");

    internal static ProblemHttpResult NothingToResolve() =>
        Of(409, "nothing_to_resolve", "Nothing to resolve", "The order has no open reason: it may have been resolved already.");

    internal static ProblemHttpResult IdempotencyKeyReused() =>
        Of(422, "idempotency_key_reused", "Idempotency-Key reused",
            "This key came with another request before. Nothing was done; use a new key for a new request.");

    internal static ProblemHttpResult IdempotencyInProgress() =>
        Of(409, "idempotency_in_progress", "Still running",
            "The first request with this key is still running. Ask again with the same key in a moment.");

    internal static ProblemDetails ValidationFailed(IEnumerable<ValidationFailure> failures) =>
        ValidationFailed(failures
            .GroupBy(failure => CamelCase(failure.PropertyName), StringComparer.Ordinal)
            .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).ToArray(), StringComparer.Ordinal));

    internal static ProblemDetails ValidationFailed(Dictionary<string, string[]> errors) =>
        new()
        {
            Status = 400,
            Title = "The request is not valid",
            Detail = "See errors for what to change. Nothing was done.",
            Extensions = { ["code"] = "validation_failed", ["errors"] = errors },
        };

    /// <summary>Not ready to serve; the members are those of the answer when it is.</summary>
    internal static ProblemHttpResult NotReady(string database, string khalti, DateTimeOffset? khaltiSince)
    {
        ProblemHttpResult problem = Of(
            503, "not_ready", "Not ready",
            "The database can't be reached or has not the tables of this version. No request can be served.");
        problem.ProblemDetails.Extensions["database"] = database;
        problem.ProblemDetails.Extensions["khalti"] = khalti;
        problem.ProblemDetails.Extensions["khaltiSince"] = khaltiSince;
        return problem;
    }

    /// <summary>The words of an answer that no handler of ours made.</summary>
    internal static (string Code, string Title, string Detail) Fallback(int status) => status switch
    {
        400 => ("validation_failed", "The request is not valid", "See errors for what to change. Nothing was done."),
        401 => ("unauthorized", "No valid key", "Send Authorization: Bearer with a valid API key."),
        402 => ("payment_declined", "Khalti declined the payment", "No money was taken; the order can be paid again."),
        403 => ("forbidden", "This key may not do that", "Use a key that may."),
        404 => ("not_found", "Not found", "There is nothing at this address."),
        405 => ("method_not_allowed", "Method not allowed", "The Allow header says which methods this address takes."),
        408 => ("request_timeout", "The request took too long to arrive", "Nothing was done. Send it again."),
        413 => ("body_too_large", "The body is too large", "At most 64 KiB. Nothing was done."),
        415 => ("unsupported_media_type", "Unsupported media type", "Send application/json in UTF-8. Nothing was done."),
        429 => ("rate_limited", "Too many requests", "Nothing was done. Wait as long as Retry-After says, in seconds."),

        // Money may have moved before the failure: the answer never says to pay again.
        >= 500 =>
            ("internal_error", "Something went wrong on our side",
                "Read the order to see where it stands, and do not pay again before that. Our log has the details under traceId."),
        _ => ("bad_request", "The request can't be served", "Nothing was done."),
    };

    /// <summary>A name for the kind of problem, not an address to visit.</summary>
    internal static string TypeOf(string code) => "urn:khalti-checkout:problem:" + code;

    internal static string CamelCase(string path) =>
        string.Join('.', path.Split('.').Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));

    private static ProblemHttpResult Of(int status, string code, string title, string detail) =>
        TypedResults.Problem(
            statusCode: status, title: title, detail: detail,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code });
}
