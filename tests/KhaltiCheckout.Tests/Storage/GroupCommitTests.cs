using System.Text.Json.Nodes;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

[Trait("Database", "Sqlite")]
public sealed class GroupCommitTests
{
    private const string Put = """INSERT INTO "SearchTerms" ("Term", "OrderId") VALUES (@p0, @p1)""";

    [Fact]
    public async Task A_failing_write_of_a_group_changes_nothing_and_the_others_are_saved()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();

        // All of these wait behind the first one, and so are written in groups.
        using Busy writer = await Busy.MakeAsync(store, TestContext.Current.CancellationToken);
        Task<int>[] waiting = [.. Enumerable.Range(0, 20).Select(number => store.WriteAsync(
            async sql =>
            {
                await sql.ExecuteAsync(Put, $"term{number}", order.Id());
                return number % 5 == 3 ? throw new InvalidOperationException($"no {number}") : number;
            },
            TestContext.Current.CancellationToken))];
        writer.Open();

        (await writer.First).ShouldBeTrue();
        for (int number = 0; number < waiting.Length; number++)
        {
            if (number % 5 == 3)
            {
                (await Should.ThrowAsync<InvalidOperationException>(waiting[number])).Message.ShouldBe($"no {number}");
            }
            else
            {
                (await waiting[number]).ShouldBe(number);
            }
        }

        string[] kept = await shop.InDatabaseAsync(
            db => db.SearchTerms.Where(term => term.Term.StartsWith("term")).Select(term => term.Term).ToArrayAsync());
        kept.Length.ShouldBe(16);
        kept.ShouldNotContain("term3");
    }

    [Fact]
    public async Task A_canceled_write_reports_the_cause_and_the_rest_of_its_group_is_saved()
    {
        await using Shop shop = await Shop.OpenAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        OperationCanceledException reason = new("called off by nobody who may");

        Task<int>[] group = await GroupAsync(store, _ => Task.FromResult(1), _ => throw reason, _ => Task.FromResult(3));

        (await Assert.ThrowsAsync<OperationCanceledException>(() => group[1])).ShouldBeSameAs(reason);
        (await group[0], await group[2]).ShouldBe((1, 3));
    }

    [Fact]
    public async Task A_group_with_a_failure_and_a_conflict_applies_each_write_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        int before = await PositionAsync();
        int tries = 0;

        Task<int>[] group = await GroupAsync(
            store,
            Count,
            async sql =>
            {
                await Count(sql);
                throw new InvalidOperationException("not this one");
            },
            async sql =>
            {
                await Count(sql);
                return ++tries <= 3 ? throw new ConcurrencyConflictException("a row") : tries;
            },
            Count);

        (await group[0]).ShouldBe(1);
        await Should.ThrowAsync<InvalidOperationException>(group[1]);
        (await group[2]).ShouldBe(4);
        (await group[3]).ShouldBe(1);
        (await PositionAsync()).ShouldBe(before + 3);

        Task<int> Count(SqlSession sql) =>
            sql.ExecuteAsync("""UPDATE "Products" SET "Position" = "Position" + 1 WHERE "Id" = 'ilam-tea'""");

        Task<int> PositionAsync() => shop.InDatabaseAsync(
            db => db.Products.Where(product => product.Id == "ilam-tea").Select(product => product.Position).SingleAsync());
    }

    [Fact]
    public async Task A_group_is_one_commit_and_is_answered_after_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<int>[] waiting = await GroupAsync(store, [.. Enumerable.Range(0, 4).Select(number => (Func<SqlSession, Task<int>>)(async sql =>
        {
            await sql.ExecuteAsync(Put, $"term{number}", order.Id());
            if (number == 3)
            {
                reached.TrySetResult();
                await last.Task;
            }

            return number;
        }))]);

        await Task.WhenAny([reached.Task, .. waiting]);

        // The last of the group is still at work: the others have done theirs, and have no answer yet.
        waiting.ShouldAllBe(one => !one.IsCompleted);
        (await shop.InDatabaseAsync(db => db.SearchTerms.CountAsync(term => term.Term.StartsWith("term")))).ShouldBe(0);
        last.SetResult();
        await Task.WhenAll(waiting);
        (await shop.InDatabaseAsync(db => db.SearchTerms.CountAsync(term => term.Term.StartsWith("term")))).ShouldBe(4);
    }

    [Fact]
    public async Task The_first_writes_of_many_are_answered_before_the_last_are_written()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();

        // For each, how many others could see when it was written.
        int[] numbers = [.. Enumerable.Range(0, 136)];
        int[] committed = await Task.WhenAll(
            await GroupAsync(store, [.. numbers.Select(number => Seeing(shop, order, "term", number))]));

        committed.ShouldBe(numbers.Select(number => number < 128 ? 0 : 128));
    }

    [Fact]
    public async Task A_full_queue_is_503_with_Retry_After_but_accepts_Khaltis_answers()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        Database store = shop.Services.GetRequiredService<Database>();
        using Busy writer = await Busy.MakeAsync(store, TestContext.Current.CancellationToken);
        List<Task<bool>> waiting = [];
        using CancellationTokenSource patience = new();
        StoreBusyException? refused = null;
        while (refused is null && waiting.Count < 100_000)
        {
            try
            {
                waiting.Add(store.WriteAsync(_ => Task.FromResult(true), patience.Token));
                await Task.Yield();
                if (waiting[^1].IsFaulted)
                {
                    refused = waiting[^1].Exception!.InnerException as StoreBusyException;
                    waiting.RemoveAt(waiting.Count - 1);
                }
            }
            catch (StoreBusyException busy)
            {
                refused = busy;
            }
        }

        refused.ShouldNotBeNull();
        using HttpRequestMessage place = new(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new StringContent(
                """{"items":[{"productId":"ilam-tea","quantity":1}]}""", System.Text.Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage answer = await shop.Http.SendAsync(place, TestContext.Current.CancellationToken);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Task<bool> mustNotGetLost = store.WriteAsync(_ => Task.FromResult(true), CancellationToken.None);
        writer.Open();

        ((int)answer.StatusCode).ShouldBe(503);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        ((string)JsonNode.Parse(body)!["code"]!).ShouldBe("busy");
        (await mustNotGetLost).ShouldBeTrue();
        waiting.Count.ShouldBeGreaterThan(100, "hundreds wait before one is refused");
        (await Task.WhenAll(waiting)).ShouldAllBe(done => done);
        (await writer.First).ShouldBeTrue();
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
        await shop.GivenOrderAsync();
    }

    [Fact]
    public async Task A_return_during_a_full_queue_shows_the_order_and_the_worker_checks()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "completed");
        Database store = shop.Services.GetRequiredService<Database>();
        using CancellationTokenSource patience = new();
        using Busy writer = await Busy.MakeAsync(store, patience.Token);
        List<Task<bool>> waiting = [];
        do
        {
            waiting.Add(store.WriteAsync(_ => Task.FromResult(true), patience.Token));
        }
        while (waiting.Count < 2000 && !waiting[^1].IsFaulted);

        (int Status, string? Location) page = await shop.ComeBackAsync(back);
        writer.Open();

        page.ShouldBe((303, $"/order.html?id={order.Id()}"));
        await Should.ThrowAsync<StoreBusyException>(waiting[^1]);
        waiting.Count.ShouldBeGreaterThan(100, "hundreds wait before one is refused");
        (await Task.WhenAll(waiting[..^1])).ShouldAllBe(done => done);
        (await writer.First).ShouldBeTrue();
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(5));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_write_canceled_in_the_queue_changes_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        using Busy writer = await Busy.MakeAsync(store, TestContext.Current.CancellationToken);
        using CancellationTokenSource hungUp = new();
        Task<int> given = store.WriteAsync(sql => sql.ExecuteAsync(Put, "given", order.Id()), hungUp.Token);

        await hungUp.CancelAsync();
        writer.Open();

        await Should.ThrowAsync<OperationCanceledException>(given);
        (await writer.First).ShouldBeTrue();
        (await shop.InDatabaseAsync(db => db.SearchTerms.CountAsync(term => term.Term == "given"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_failed_commit_fails_its_whole_group_but_not_the_next()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();

        // Half of a transaction is gone when SQLite gives it up by itself; here a piece of work ends it behind our back.
        Task<int>[] group = await GroupAsync(
            store,
            sql => sql.ExecuteAsync(Put, "before", order.Id()),
            sql => sql.ExecuteAsync("ROLLBACK"),
            sql => sql.ExecuteAsync(Put, "after", order.Id()));

        foreach (Task<int> one in group)
        {
            (await Should.ThrowAsync<InvalidOperationException>(one)).Message.ShouldContain("transaction", Case.Insensitive);
        }

        (await store.WriteAsync(sql => sql.ExecuteAsync(Put, "next", order.Id()), TestContext.Current.CancellationToken)).ShouldBe(1);
        (await shop.InDatabaseAsync(
            db => db.SearchTerms.Where(term => term.Term == "before" || term.Term == "after" || term.Term == "next")
            .Select(term => term.Term).SingleAsync()))
            .ShouldBe("next");
    }

    [Fact]
    public async Task A_closing_store_writes_its_queue_and_refuses_new_work()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        using Busy writer = await Busy.MakeAsync(store, TestContext.Current.CancellationToken);
        Task<int>[] waiting = [.. Enumerable.Range(0, 10).Select(number => store.WriteAsync(
            sql => sql.ExecuteAsync(Put, $"term{number}", order.Id()), TestContext.Current.CancellationToken))];

        // One at least comes before the closing begins; each that is taken puts a term.
        List<Task<int>> taken = [PutAsync(0)];
        Task closed = Task.Run(async () => await ((IAsyncDisposable)store).DisposeAsync(), TestContext.Current.CancellationToken);
        Task<int> refused = PutAsync(taken.Count);
        while (!refused.IsFaulted)
        {
            taken.Add(refused);
            await Task.Yield();
            refused = PutAsync(taken.Count);
        }

        writer.Open();
        await closed;

        (await writer.First).ShouldBeTrue();
        (await Task.WhenAll([.. waiting, .. taken])).ShouldAllBe(rows => rows == 1);
        (await CountAsync("term")).ShouldBe(10);
        (await CountAsync("taken")).ShouldBe(taken.Count);
        await Should.ThrowAsync<ObjectDisposedException>(refused);

        Task<int> PutAsync(int number) =>
            store.WriteAsync(sql => sql.ExecuteAsync(Put, $"taken{number}", order.Id()), CancellationToken.None);

        Task<int> CountAsync(string kind) => shop.InDatabaseAsync(db => db.SearchTerms.CountAsync(term => term.Term.StartsWith(kind)));
    }

    [Fact]
    public async Task Two_processes_writing_to_one_file_wait_for_each_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();

        (int Status, JsonNode Body)[] placed = await RaceTests.AtOnceAsync(40, number => (number % 2 == 0 ? shop : other).PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } }));

        placed.ShouldAllBe(answer => answer.Status == 201);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(40);
    }

    // Puts a term, and returns how many of its kind others could see at that moment.
    private static Func<SqlSession, Task<int>> Seeing(Shop shop, JsonNode order, string kind, int number) => async sql =>
    {
        await sql.ExecuteAsync(Put, $"{kind}{number}", order.Id());
        return await shop.InDatabaseAsync(db => db.SearchTerms.CountAsync(term => term.Term.StartsWith(kind)));
    };

    // The first piece of work is a group of its own, and the others wait behind it.
    private static async Task<Task<int>[]> GroupAsync(Database store, params Func<SqlSession, Task<int>>[] works)
    {
        using Busy writer = await Busy.MakeAsync(store, TestContext.Current.CancellationToken);
        Task<int>[] waiting = [.. works.Select(work => store.WriteAsync(work, TestContext.Current.CancellationToken))];
        writer.Open();
        (await writer.First).ShouldBeTrue();
        return waiting;
    }
}
