using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;

namespace Khalti.Client;

/// <summary>
/// Khalti's server API for a merchant: one method per call of the gateway. Safe for use by many threads; keep one for the
/// life of the program. Every method answers a <see cref="Reply{T}"/> and throws only
/// <see cref="OperationCanceledException"/> when the caller cancels.
/// </summary>
public sealed class KhaltiClient
{
    private const int LargestBody = 4 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly KhaltiClientOptions _options;
    private readonly AuthenticationHeaderValue _authorization;
    private readonly ResiliencePipeline<Exchange> _reads;

    /// <summary>Makes a client.</summary>
    /// <param name="http">Where the calls go through; <see cref="CreateHttpClient"/> makes a fitting one. It must not
    /// follow redirects: a redirected POST may arrive without its body.</param>
    /// <param name="options">Address, key and patience.</param>
    public KhaltiClient(HttpClient http, KhaltiClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        _http = http;
        _options = options;
        _authorization = new AuthenticationHeaderValue("Key", options.SecretKey);
        _reads = ReadResilience.Build(options);
    }

    /// <summary>An <see cref="HttpClient"/> as this client wants it: no redirects, bounded bodies, pooled connections that
    /// follow a change of address within five minutes, and no time limit of its own.</summary>
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
    public async Task<Reply<Transaction>> VerifyAsync(string token, Paisa amount, CancellationToken cancellationToken = default)
    {
        string paisa = ((long)amount).ToString(CultureInfo.InvariantCulture);
        Exchange exchange = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, At("/api/v2/payment/verify/"))
            {
                Content = _options.VerifyEncoding == BodyEncoding.Form
                    ? new FormUrlEncodedContent([new("token", token), new("amount", paisa)])
                    : JsonBody(new Dictionary<string, object>(StringComparer.Ordinal) { ["token"] = token, ["amount"] = (long)amount }),
            },
            cancellationToken).ConfigureAwait(false);

        return exchange.ToReply(Transaction.Read);
    }

    /// <summary>
    /// The state of a payment: <c>GET /api/v2/payment/status/</c> (document: transaction status). A read; tried again by itself.
    /// </summary>
    /// <param name="tokenOrId">The token, or the transaction's id.</param>
    /// <param name="amount">Paisa. Another amount than the payment's is answered like an unknown token.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Answered also for failed, refunded and not found payments, whatever the HTTP code; refused never happens
    /// as far as Khalti documents.</returns>
    public async Task<Reply<TransactionStatus>> GetStatusAsync(
        string tokenOrId, Paisa amount, CancellationToken cancellationToken = default)
    {
        string query = string.Create(
            CultureInfo.InvariantCulture, $"?token={Uri.EscapeDataString(tokenOrId)}&amount={(long)amount}");
        Exchange exchange = await ReadAsync("/api/v2/payment/status/" + query, cancellationToken).ConfigureAwait(false);

        // HTTP codes of this call are not documented: a body with a state is an answer under every 4xx, too.
        return exchange.ToReply(TransactionStatus.Read, errorMayBeAnswer: true);
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
        Exchange exchange = await ReadAsync("/api/v2/merchant-transaction/" + query, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(TransactionPage.Read);
    }

    /// <summary>
    /// One transaction: <c>GET /api/v2/merchant-transaction/{idx}/</c> (document: transaction details). A read; tried again
    /// by itself.
    /// </summary>
    /// <param name="transactionId">Khalti's id of the transaction (<c>idx</c>), not the token.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Refused (HTTP 404) for an id that this merchant does not have in this mode.</returns>
    public async Task<Reply<TransactionDetail>> GetTransactionAsync(
        string transactionId, CancellationToken cancellationToken = default)
    {
        string path = $"/api/v2/merchant-transaction/{Uri.EscapeDataString(transactionId)}/";
        Exchange exchange = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return exchange.ToReply(TransactionDetail.Read);
    }

    private Uri At(string path) => new(_options.BaseUrl, path);

    private static ByteArrayContent JsonBody(Dictionary<string, object> fields) =>
        new(JsonSerializer.SerializeToUtf8Bytes(fields)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<Exchange> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = Patience(cancellationToken);
        try
        {
            return await _reads.ExecuteAsync(
                async token => await ExchangeAsync(new HttpRequestMessage(HttpMethod.Get, At(path)), token).ConfigureAwait(false),
                patience.Token).ConfigureAwait(false);
        }
        catch (Polly.CircuitBreaker.BrokenCircuitException)
        {
            return Exchange.NotAsked;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Exchange.NoAnswer;
        }
    }

    private async Task<Exchange> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = Patience(cancellationToken);
        try
        {
            return await ExchangeAsync(request(), patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Exchange.NoAnswer;
        }
    }

    private CancellationTokenSource Patience(CancellationToken cancellationToken)
    {
        CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_options.Timeout);
        return patience;
    }

    private async Task<Exchange> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Headers.Authorization = _authorization;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            try
            {
                using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
                return new Exchange((int)response.StatusCode, body, retry?.Delta);
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException)
            {
                return Exchange.NoAnswer;
            }
        }
    }
}
