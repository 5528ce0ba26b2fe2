using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Idempotency;

/// <summary>Requests with an Idempotency-Key in plain SQL: the shop's own pages send one with every order.</summary>
internal static class IdempotentRows
{
    private const string SelectRequest = $"""SELECT {IdempotentRequest.Columns} FROM "IdempotentRequests" WHERE "Id" = @p0""";

    private const string InsertRequest = $"""
        INSERT INTO "IdempotentRequests" ({IdempotentRequest.Columns}) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9)
        """;

    private const string DeleteRequest = """DELETE FROM "IdempotentRequests" WHERE "Id" = @p0""";

    private const string LeaseRequest = """
        UPDATE "IdempotentRequests" SET "LeasedUntil" = @p1, "Version" = @p2 WHERE "Id" = @p0
        """;

    // A stored answer is final, and a request whose lease was taken over cannot store one.
    private const string ReleaseRequest = """
        UPDATE "IdempotentRequests" SET "LeasedUntil" = @p2, "Version" = "Version" + 1 WHERE "Id" = @p0 AND "Version" = @p1
            AND "AnswerStatus" IS NULL
        """;

    private const string AnswerRequest = """
        UPDATE "IdempotentRequests" SET "AnswerStatus" = @p2, "AnswerContentType" = @p3, "AnswerLocation" = @p4, "AnswerBody" = @p5,
            "Version" = "Version" + 1
        WHERE "Id" = @p0 AND "Version" = @p1 AND "AnswerStatus" IS NULL
        """;

    extension(SqlSession sql)
    {
        /// <summary>Leases the key until this request is done.</summary>
        internal Task<IdempotentRequest?> FindRequestAsync(string id) =>
            sql.FindAsync(SelectRequest + sql.ForUpdate, IdempotentRequest.Read, id);

        /// <summary>Of two with one id, the database refuses one.</summary>
        internal Task AddRequestAsync(IdempotentRequest request) => sql.ExecuteAsync(InsertRequest, request.Values());

        internal Task ForgetRequestAsync(string id) => sql.ExecuteAsync(DeleteRequest, id);

        /// <summary>For one that was found in the same work and taken over.</summary>
        internal Task SaveLeaseAsync(IdempotentRequest request) =>
            sql.ExecuteAsync(LeaseRequest, request.Id, request.LeasedUntil, request.Version);

        /// <summary>The next try need not wait.</summary>
        /// <param name="running">As this process began it or took it over.</param>
        internal Task ReleaseRequestAsync(IdempotentRequest running, DateTimeOffset now) =>
            sql.ExecuteAsync(ReleaseRequest, running.Id, running.Version, now);

        /// <param name="running">As this process began it or took it over.</param>
        internal Task AnswerRequestAsync(IdempotentRequest running, int status, string? contentType, string? location, string body) =>
            sql.ExecuteAsync(AnswerRequest, running.Id, running.Version, status, contentType, location, body);
    }
}
