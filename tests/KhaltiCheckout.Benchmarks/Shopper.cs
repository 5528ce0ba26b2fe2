using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Durations of the steps of one checkout, in stopwatch ticks.</summary>
internal sealed record Times(long Create, long Verify, long Read)
{
    internal long Whole => Create + Verify + Read;
}

/// <summary>
/// One simulated shopper: places an order, posts a token, reads the order, and checks every answer. Written to use little
/// processor time, because it shares the machine with the server.
/// </summary>
internal sealed class Shopper(HttpMessageInvoker http, Uri[] servers, int number, bool asPage)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // With several processes the requests are sent in turn, so that a checkout uses more than one of them.
    private readonly Uri[] _orders = [.. servers.Select(server => new Uri(server, "/api/v1/orders"))];
    private readonly Uri[] _verify = [.. servers.Select(server => new Uri(server, "/api/v1/payments/verify"))];
    private readonly byte[] _answer = new byte[16 * 1024];
    private int _nextServer = number;

    /// <summary>Runs one checkout; returns its durations, or a description of the wrong answer.</summary>
    internal async Task<(Times? Times, string? Error)> CheckOutAsync(CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        (int status, int length) = await SendAsync(Create(), cancellationToken);
        long created = Stopwatch.GetTimestamp();
        if (status != 201 || Number(length, "\"amount\":"u8) != SampleOrder.Amount || Text(length, "\"id\":\""u8) is not { } id)
        {
            return (null, DescribeWrongAnswer("create", status, length));
        }

        (status, length) = await SendAsync(Verify(id), cancellationToken);
        long verified = Stopwatch.GetTimestamp();
        if (status != 200 || !IsPaid(length))
        {
            return (null, DescribeWrongAnswer("verify", status, length));
        }

        (status, length) = await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(_orders[NextServer()], "/api/v1/orders/" + id)), cancellationToken);
        long read = Stopwatch.GetTimestamp();
        return status != 200 || !IsPaid(length) || Text(length, "\"id\":\""u8) != id
            ? (null, DescribeWrongAnswer("read", status, length))
            : (new Times(created - begun, verified - created, read - verified), null);
    }

    private HttpRequestMessage Create()
    {
        HttpRequestMessage request = Post(_orders[NextServer()], asPage ? SampleOrder.FullBody : SampleOrder.Body);
        if (asPage)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Guid.NewGuid().ToString());
        }

        return request;
    }

    private HttpRequestMessage Verify(string id) => Post(
        _verify[NextServer()],
        Encoding.UTF8.GetBytes($$"""{"orderId":"{{id}}","token":"{{Gateway.TokenOf(id)}}","amount":{{SampleOrder.Amount}}}"""));

    private int NextServer() => _nextServer++ % servers.Length;

    private static HttpRequestMessage Post(Uri to, byte[] body) =>
        new(HttpMethod.Post, to) { Content = new ByteArrayContent(body) { Headers = { ContentType = Json } } };

    private async Task<(int Status, int Length)> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        using (HttpResponseMessage answer = await http.SendAsync(request, cancellationToken))
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            int length = await body.ReadAtLeastAsync(_answer, _answer.Length, throwOnEndOfStream: false, cancellationToken);
            return ((int)answer.StatusCode, length);
        }
    }

    // The order's own members come before those of its lines and payments.
    private bool IsPaid(int length) => Text(length, "\"status\":\""u8) == "paid" && Number(length, "\"amount\":"u8) == SampleOrder.Amount;

    private string? Text(int length, ReadOnlySpan<byte> after)
    {
        ReadOnlySpan<byte> rest = After(length, after);
        int end = rest.IndexOf((byte)'"');
        return end < 0 ? null : Encoding.ASCII.GetString(rest[..end]);
    }

    private long Number(int length, ReadOnlySpan<byte> after) =>
        System.Buffers.Text.Utf8Parser.TryParse(After(length, after), out long number, out _) ? number : -1;

    private ReadOnlySpan<byte> After(int length, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, length);
        int at = answer.IndexOf(name);
        return at < 0 ? [] : answer[(at + name.Length)..];
    }

    private string DescribeWrongAnswer(string step, int status, int length) =>
        $"{step} was answered {status}: {Encoding.UTF8.GetString(_answer.AsSpan(0, Math.Min(length, 300)))}";
}
