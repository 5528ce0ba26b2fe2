using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Client;

/// <summary>
/// Khalti's server API for a merchant: one method per call of the gateway. Safe for use by many threads; keep one for the
/// life of the program. Every method answers a <see cref="Reply{T}"/>, whatever Khalti or the network does. It throws
/// <see cref="OperationCanceledException"/> when the caller cancels, and <see cref="ArgumentException"/> for an argument
/// that can't be asked about.
/// </summary>
public sealed class KhaltiClient
{
    private const int LargestBody = 4 * 1024 * 1024;

    private readonly Uri _baseUrl;
    private readonly BodyEncoding _verifyEncoding;
    private readonly Transport _transport;

    /// <summary>Makes a client.</summary>
    /// <param name="http">Where the calls go through; <see cref="CreateHttpClient"/> makes a fitting one. It must not
    /// follow redirects: a redirected POST may arrive without its body. It stays the caller's to dispose of.</param>
    /// <param name="options">Address, key and patience.</param>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of its range; the message names
    /// it and never holds the key.</exception>
    public KhaltiClient(HttpClient http, KhaltiClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _baseUrl = options.BaseUrl;
        _verifyEncoding = options.VerifyEncoding;
        _transport = new Transport(http, options);
    }

    /// <summary>An <see cref="HttpClient"/> as this client wants it: no redirects, no cookies, bodies of at most 4 MiB,
    /// pooled connections that follow a change of address within five minutes, and no time limit of its own.</summary>
    public static HttpClient CreateHttpClient() =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestBody,
        };

    /// <summary>
    /// Completes a payment that the payer has confirmed: <c>POST /api/v2/payment/verify/</c> (document: verification).
    /// <b>This moves the money.</b> It is not a read and is sent once; when its answer is lost, ask
    /// <see cref="GetStatusAsync"/> before anything else. What a second verify of one token answers is not documented.
    /// </summary>
    /// <param name="token">The token that the widget gave the page on success.</param>
    /// <param name="amount">Paisa, as the payment was initiated, 1000 or more. Take it from the stored order, never from the browser.</param>
    /// <param name="cancellationToken">Cancels the wait, not the payment.</param>
    /// <returns>Answered with the transaction, whose state must be <see cref="TransactionState.Completed"/> and whose
    /// amount must be the order's before anything is delivered; refused for a token that is unknown, unconfirmed, of another
    /// merchant or mode, or for another amount (HTTP 400 <c>{"token": ["Invalid token."]}</c>); unknown otherwise.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    public async Task<Reply<Transaction>> VerifyAsync(string token, Paisa amount, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        HttpRequestMessage request = new(HttpMethod.Post, At("/api/v2/payment/verify/"))
        {
            Content = _verifyEncoding == BodyEncoding.Form
                ? new FormUrlEncodedContent(
                    [new("token", token), new("amount", ((long)amount).ToString(CultureInfo.InvariantCulture))])
                : JsonBody(JsonSerializer.SerializeToUtf8Bytes(new { token, amount = (long)amount })),
        };
        Exchange exchange = await _transport.SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(Transaction.Read, RefusalForm.Verify);
    }

    /// <summary>
    /// The state of a payment: <c>GET /api/v2/payment/status/</c> (document: transaction status). A read; tried again by itself.
    /// </summary>
    /// <param name="tokenOrId">The token, or the transaction's id.</param>
    /// <param name="amount">Paisa. Another amount than the payment's is answered like an unknown token.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Answered also for failed, refunded and not found payments, whatever the HTTP code (200, or 4xx other than
    /// 401, 403, 407, 408, 425 and 429). Refused for what Khalti does not take for a question, e.g. a blank token (HTTP 400).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tokenOrId"/> is null.</exception>
    public async Task<Reply<TransactionStatus>> GetStatusAsync(
        string tokenOrId, Paisa amount, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokenOrId);
        string query = string.Create(
            CultureInfo.InvariantCulture, $"?token={Uri.EscapeDataString(tokenOrId)}&amount={(long)amount}");
        Exchange exchange = await _transport.ReadAsync(At("/api/v2/payment/status/" + query), cancellationToken).ConfigureAwait(false);

        // HTTP codes of this call are not documented: a body with a state is an answer under every 4xx, too.
        return exchange.ToReply(TransactionStatus.Read, RefusalForm.Status, errorMayBeAnswer: true);
    }

    /// <summary>
    /// The merchant's transactions of the key's mode, newest first: <c>GET /api/v2/merchant-transaction/</c> (document:
    /// transaction). A read; tried again by itself.
    /// </summary>
    /// <param name="page">The page, from 1; Khalti gives 50 records a page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Refused (HTTP 404) for a page beyond the last.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="page"/> is below 1.</exception>
    public async Task<Reply<TransactionPage>> ListTransactionsAsync(int page = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        string query = string.Create(CultureInfo.InvariantCulture, $"?page={page}");
        Exchange exchange = await _transport.ReadAsync(At("/api/v2/merchant-transaction/" + query), cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(body => TransactionPage.Read(body, page), RefusalForm.Transactions);
    }

    /// <summary>
    /// One transaction: <c>GET /api/v2/merchant-transaction/{idx}/</c> (document: transaction details). A read; tried again
    /// by itself.
    /// </summary>
    /// <param name="transactionId">Khalti's id of the transaction (<c>idx</c>), not the token.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Refused (HTTP 404) for an id that this merchant does not have in this mode.</returns>
    /// <exception cref="ArgumentException"><paramref name="transactionId"/> is null, blank, or a dot or two.</exception>
    public async Task<Reply<TransactionDetail>> GetTransactionAsync(
        string transactionId, CancellationToken cancellationToken = default)
    {
        RequireStep(transactionId);
        string path = $"/api/v2/merchant-transaction/{Uri.EscapeDataString(transactionId)}/";
        Exchange exchange = await _transport.ReadAsync(At(path), cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(TransactionDetail.Read, RefusalForm.Transactions);
    }

    /// <summary>
    /// Makes a payment link: <c>POST /api/v2/epayment/initiate/</c> (document: KPG-2). Sent once. No money moves by it: the
    /// payer pays at Khalti's page, and whether they did is for <see cref="LookupAsync"/> to say.
    /// </summary>
    /// <param name="request">What to ask for.</param>
    /// <param name="cancellationToken">Cancels the wait; a link may have been made all the same.</param>
    /// <returns>Answered with the link (HTTP 200); refused (HTTP 400) with Khalti's texts by field; unknown otherwise, also
    /// for an answer without <c>pidx</c> or with an address that is not https. Of a link whose answer was lost nobody
    /// knows the address, so nobody can pay it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> or one of its addresses is null.</exception>
    /// <exception cref="ArgumentException">An address is not http or https, or a name of the merchant's data does not begin with <c>merchant_</c>.</exception>
    public async Task<Reply<EPaymentLink>> InitiateAsync(EPaymentRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        HttpRequestMessage message = new(HttpMethod.Post, At("/api/v2/epayment/initiate/")) { Content = JsonBody(request.ToJson()) };
        Exchange exchange = await _transport.SendOnceAsync(message, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(EPaymentLink.Read, RefusalForm.Initiate);
    }

    /// <summary>
    /// What became of a payment link: <c>POST /api/v2/epayment/lookup/</c> (document: KPG-2, "Payment Verification"). A read
    /// in spite of its method; tried again by itself.
    /// </summary>
    /// <param name="pidx">Khalti's id of the link, as <see cref="InitiateAsync"/> gave it. One that came from a browser must be a stored one.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Answered in every status, also those that come with HTTP 400 (Expired, User canceled); refused for an id that
    /// this merchant does not have (<c>Not found.</c>, its HTTP code is not documented); unknown otherwise, also for an
    /// answer about another link, or one that says Completed and no amount.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pidx"/> is null.</exception>
    public async Task<Reply<EPayment>> LookupAsync(string pidx, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pidx);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { pidx });
        Exchange exchange = await _transport.ReadAsync(
            () => new HttpRequestMessage(HttpMethod.Post, At("/api/v2/epayment/lookup/")) { Content = JsonBody(body) },
            cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(answer => EPayment.Read(answer, pidx), RefusalForm.Lookup, errorMayBeAnswer: true);
    }

    /// <summary>
    /// Gives a completed payment back, in full or in part: <c>POST /api/merchant-transaction/{id}/refund/</c> (document:
    /// refund; its path has no <c>v2</c>). <b>This moves money</b>, and Khalti documents no way to send it twice safely: a
    /// partial refund that is sent again may be given twice. It is sent once; when its answer is lost, read the payment's
    /// state (<see cref="GetStatusAsync"/>, <see cref="LookupAsync"/>) before anything else.
    /// </summary>
    /// <param name="transactionId">Khalti's id of the transaction: verify's <c>idx</c> or lookup's <c>transaction_id</c>; neither
    /// token nor pidx.</param>
    /// <param name="amount">Paisa, 1 or more, for a part; null for all that is left. Khalti's samples show 50.00 where it says
    /// paisa: only whole paisa are sent.</param>
    /// <param name="mobile">The Khalti number of ten digits that receives the money. Needed when the payment was made from a bank.</param>
    /// <param name="cancellationToken">Cancels the wait, not the refund.</param>
    /// <returns>Answered when Khalti says that it was given back (HTTP 200); how much, it does not say. Refused for a payment
    /// that is not completed, given back already, too old, or smaller than the amount; unknown otherwise.</returns>
    /// <exception cref="ArgumentException"><paramref name="transactionId"/> is null, blank, or a dot or two.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is zero.</exception>
    public async Task<Reply<RefundConfirmation>> RefundAsync(
        string transactionId, Paisa? amount = null, string? mobile = null, CancellationToken cancellationToken = default)
    {
        RequireStep(transactionId);
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

        // Also for a full refund there is a body: a POST without one may be sent twice (see Transport).
        HttpRequestMessage request = new(HttpMethod.Post, At($"/api/merchant-transaction/{Uri.EscapeDataString(transactionId)}/refund/"))
        {
            Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(body)),
        };
        Exchange exchange = await _transport.SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(RefundConfirmation.Read, RefusalForm.Refund);
    }

    private Uri At(string path) => new(_baseUrl, path);

    private static ByteArrayContent JsonBody(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    // The id becomes a step of a path, and these would lead to another call.
    private static void RequireStep(string id, [CallerArgumentExpression(nameof(id))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id, name);
        if (id is "." or "..")
        {
            throw new ArgumentException("That is no id.", name);
        }
    }
}
