using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Client;

/// <summary>
/// Khalti's server API for a merchant: one method per call. Thread-safe; keep one instance for the life of the program. Every
/// method returns a <see cref="Reply{T}"/>, whatever Khalti or the network does; it throws only
/// <see cref="OperationCanceledException"/> when the caller cancels, and <see cref="ArgumentException"/> for an invalid argument.
/// </summary>
public sealed class KhaltiClient
{
    private const int MaxBodySize = 4 * 1024 * 1024;

    private readonly Uri _baseUrl;
    private readonly BodyEncoding _verifyEncoding;
    private readonly bool _plainHttpLinks;
    private readonly Transport _transport;

    /// <summary>Makes a client.</summary>
    /// <param name="http">The HTTP client; <see cref="CreateHttpClient"/> makes a suitable one. It must not follow redirects, as a
    /// redirected POST may lose its body. The caller disposes of it.</param>
    /// <param name="options">Address, key, timeout and retries.</param>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of its range; the message names
    /// it and never holds the key.</exception>
    public KhaltiClient(HttpClient http, KhaltiClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _baseUrl = options.BaseUrl;
        _verifyEncoding = options.VerifyEncoding;
        _plainHttpLinks = options.PlainHttpLinks;
        _transport = new Transport(http, options);
    }

    /// <summary>Creates a suitable <see cref="HttpClient"/>: no redirects, no cookies, bodies of at most 4 MiB, pooled connections
    /// that follow a DNS change within five minutes, and no timeout of its own.</summary>
    public static HttpClient CreateHttpClient()
    {
        HttpClient http = new(CreateHandler());
        Prepare(http);
        return http;
    }

    internal static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.All,
    };

    internal static void Prepare(HttpClient http)
    {
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.MaxResponseContentBufferSize = MaxBodySize;
    }

    /// <summary>
    /// Completes a payment that the payer has confirmed: <c>POST /api/v2/payment/verify/</c> (document: verification).
    /// <b>This moves the money.</b> It is not a read and is sent once; when its answer is lost, call
    /// <see cref="GetStatusAsync"/> before anything else. Khalti does not document the answer to a second verify of a token.
    /// </summary>
    /// <param name="token">The token that the widget returned to the page on success.</param>
    /// <param name="amount">Paisa, as the payment was initiated, 1000 or more. Use the stored order's, never the browser's.</param>
    /// <param name="cancellationToken">Cancels waiting for the answer, not the payment.</param>
    /// <returns>Answered with the transaction, whose state must be <see cref="TransactionState.Completed"/> and whose
    /// amount must be the order's before anything is delivered; refused for a token that is unknown, unconfirmed, of another
    /// merchant or mode, or for another amount (HTTP 400 <c>{"token": ["Invalid token."]}</c>); unknown otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    public async Task<Reply<Transaction>> VerifyAsync(string token, Paisa amount, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        HttpRequestMessage request = new(HttpMethod.Post, BuildUri("/api/v2/payment/verify/"))
        {
            Content = _verifyEncoding == BodyEncoding.Form
                ? new FormUrlEncodedContent(
                    [new("token", token), new("amount", ((long)amount).ToString(CultureInfo.InvariantCulture))])
                : JsonBody(JsonSerializer.SerializeToUtf8Bytes(new { token, amount = (long)amount })),
        };
        Exchange exchange = await _transport.SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(Transaction.Read, RefusalFormat.Verify);
    }

    /// <summary>
    /// The state of a payment: <c>GET /api/v2/payment/status/</c> (document: transaction status). A read; retried automatically.
    /// </summary>
    /// <param name="tokenOrId">The token, or the transaction's id.</param>
    /// <param name="amount">Paisa. Another amount than the payment's is answered like an unknown token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Answered also for failed, refunded and not found payments, whatever the HTTP code (200, or 4xx other than
    /// 401, 403, 407, 408, 425 and 429). Refused for an invalid request, e.g. a blank token (HTTP 400).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tokenOrId"/> is null.</exception>
    public async Task<Reply<TransactionStatus>> GetStatusAsync(
        string tokenOrId, Paisa amount, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokenOrId);
        string query = string.Create(
            CultureInfo.InvariantCulture, $"?token={Uri.EscapeDataString(tokenOrId)}&amount={(long)amount}");
        Uri address = BuildUri("/api/v2/payment/status/" + query);
        Exchange exchange = await _transport.ReadAsync(address, cancellationToken).ConfigureAwait(false);

        // Khalti does not document this call's HTTP codes: a body with a state is an answer, also with 4xx.
        return exchange.ToReply(TransactionStatus.Read, RefusalFormat.Status, errorMayBeAnswer: true);
    }

    /// <summary>
    /// The merchant's transactions of the key's mode, newest first: <c>GET /api/v2/merchant-transaction/</c> (document:
    /// transaction). A read; retried automatically.
    /// </summary>
    /// <param name="page">The page, from 1; Khalti returns 50 records a page.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Answered with the page; refused (HTTP 404) for a page beyond the last; unknown otherwise.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="page"/> is below 1.</exception>
    public async Task<Reply<TransactionPage>> ListTransactionsAsync(int page = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        string query = string.Create(CultureInfo.InvariantCulture, $"?page={page}");
        Uri address = BuildUri("/api/v2/merchant-transaction/" + query);
        Exchange exchange = await _transport.ReadAsync(address, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(body => TransactionPage.Read(body, page), RefusalFormat.Transactions);
    }

    /// <summary>
    /// One transaction: <c>GET /api/v2/merchant-transaction/{idx}/</c> (document: transaction details). A read; retried
    /// automatically.
    /// </summary>
    /// <param name="transactionId">Khalti's id of the transaction (<c>idx</c>), not the token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Answered with the transaction; refused (HTTP 404) for an id that this merchant does not have in this mode; unknown
    /// otherwise.</returns>
    /// <exception cref="ArgumentException"><paramref name="transactionId"/> is null, blank, "." or "..".</exception>
    public async Task<Reply<TransactionDetail>> GetTransactionAsync(
        string transactionId, CancellationToken cancellationToken = default)
    {
        RequirePathSegment(transactionId);
        string path = $"/api/v2/merchant-transaction/{Uri.EscapeDataString(transactionId)}/";
        Exchange exchange = await _transport.ReadAsync(BuildUri(path), cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(TransactionDetail.Read, RefusalFormat.Transactions);
    }

    /// <summary>
    /// Creates a payment link: <c>POST /api/v2/epayment/initiate/</c> (document: KPG-2). Sent once. It moves no money: the payer
    /// pays on Khalti's page, and <see cref="LookupAsync"/> tells whether they did.
    /// </summary>
    /// <param name="request">The link to create.</param>
    /// <param name="cancellationToken">Cancels waiting for the answer; a link may have been created anyway.</param>
    /// <returns>Answered with the link (HTTP 200); refused (HTTP 400) with Khalti's texts by field; unknown otherwise, also
    /// for an answer without <c>pidx</c> or with an address that is not https. A link whose answer was lost can't be paid,
    /// because its address is unknown.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> or one of its addresses is null.</exception>
    /// <exception cref="ArgumentException">An address is not http or https, or a name of the merchant's
    /// data does not begin with <c>merchant_</c>.</exception>
    public async Task<Reply<EPaymentLink>> InitiateAsync(EPaymentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        HttpRequestMessage message = new(HttpMethod.Post, BuildUri("/api/v2/epayment/initiate/")) { Content = JsonBody(request.ToJson()) };
        Exchange exchange = await _transport.SendOnceAsync(message, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(answer => EPaymentLink.Read(answer, _plainHttpLinks), RefusalFormat.Initiate);
    }

    /// <summary>
    /// The state of a payment link: <c>POST /api/v2/epayment/lookup/</c> (document: KPG-2, "Payment Verification"). A read
    /// in spite of its method; retried automatically.
    /// </summary>
    /// <param name="pidx">Khalti's id of the link, from <see cref="InitiateAsync"/>; never an unchecked one from a browser.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Answered in every status, also those that come with HTTP 400 (Expired, User canceled); refused for an id that
    /// this merchant does not have (<c>Not found.</c>, its HTTP code is not documented); unknown otherwise, also for an
    /// answer about another link, or one that says Completed and no amount.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pidx"/> is null.</exception>
    public async Task<Reply<EPayment>> LookupAsync(string pidx, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pidx);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { pidx });
        Exchange exchange = await _transport.ReadAsync(
            () => new HttpRequestMessage(HttpMethod.Post, BuildUri("/api/v2/epayment/lookup/")) { Content = JsonBody(body) },
            cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(answer => EPayment.Read(answer, pidx), RefusalFormat.Lookup, errorMayBeAnswer: true);
    }

    /// <summary>
    /// Refunds a completed payment, in full or in part: <c>POST /api/merchant-transaction/{id}/refund/</c> (document: refund; its
    /// path has no <c>v2</c>). <b>This moves money</b> and is not idempotent: a partial refund that is sent twice may be made
    /// twice. It is sent once; when its answer is lost, read the payment's state (<see cref="GetStatusAsync"/>,
    /// <see cref="LookupAsync"/>) before anything else.
    /// </summary>
    /// <param name="transactionId">Khalti's id of the transaction: verify's <c>idx</c> or lookup's <c>transaction_id</c>; neither
    /// token nor pidx.</param>
    /// <param name="amount">Paisa, 1 or more, for a partial refund; null refunds all that is left. Khalti's samples show 50.00,
    /// but only whole paisa are sent.</param>
    /// <param name="mobile">The Khalti number of ten digits that receives the money. Needed when the payment was made from a bank.</param>
    /// <param name="cancellationToken">Cancels waiting for the answer, not the refund.</param>
    /// <returns>Answered when Khalti confirms the refund (HTTP 200), without its amount. Refused for a payment that is not
    /// completed, already refunded, too old, or smaller than the amount; unknown otherwise.</returns>
    /// <exception cref="ArgumentException"><paramref name="transactionId"/> is null, blank, "." or "..".</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is zero.</exception>
    public async Task<Reply<RefundConfirmation>> RefundAsync(
        string transactionId, Paisa? amount = null, string? mobile = null, CancellationToken cancellationToken = default)
    {
        RequirePathSegment(transactionId);
        ArgumentOutOfRangeException.ThrowIfEqual(amount, Paisa.Zero);
        JsonObject body = [];
        if (mobile is not null)
        {
            body["mobile"] = mobile;
        }

        if (amount is { } part)
        {
            body["amount"] = (long)part;
        }

        // A full refund has a body too: a POST without one may be sent twice (see Transport).
        string path = $"/api/merchant-transaction/{Uri.EscapeDataString(transactionId)}/refund/";
        HttpRequestMessage request = new(HttpMethod.Post, BuildUri(path))
        {
            Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(body)),
        };
        Exchange exchange = await _transport.SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(RefundConfirmation.Read, RefusalFormat.Refund);
    }

    private Uri BuildUri(string path) => new(_baseUrl, path);

    private static ByteArrayContent JsonBody(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    // The id becomes a path segment; "." and ".." would address another call.
    private static void RequirePathSegment(string id, [CallerArgumentExpression(nameof(id))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id, name);
        if (id is "." or "..")
        {
            throw new ArgumentException("The id must not be \".\" or \"..\".", name);
        }
    }
}
