using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace KhaltiCheckout.Storage.PostgreSqlMigrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AdminSessions",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "text", maxLength: 64, nullable: false, collation: "C"),
                    KeyId = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AdminSessions", x => x.Hash);
                });

            migrationBuilder.CreateTable(
                name: "ApiKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Hint = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    Scopes = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    LastUsedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    RevokedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    RevokedBy = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ApiKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DayCloses",
                columns: table => new
                {
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    RunAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    RunBy = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Found = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    SignedOffAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    SignedOffBy = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Note = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DayCloses", x => x.Day);
                });

            migrationBuilder.CreateTable(
                name: "IdempotentRequests",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 64, nullable: false, collation: "C"),
                    Fingerprint = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    AnswerStatus = table.Column<int>(type: "integer", nullable: true),
                    AnswerContentType = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AnswerLocation = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AnswerBody = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IdempotentRequests", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Orders",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    Status = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Attention = table.Column<string>(type: "text", maxLength: 20, nullable: true, collation: "C"),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    AmountRefunded = table.Column<long>(type: "bigint", nullable: false),
                    CustomerName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CustomerEmail = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CustomerPhone = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Reference = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Metadata = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ReturnUrl = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    PlacedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    PaidAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    MismatchesKept = table.Column<int>(type: "integer", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    ReceiptYear = table.Column<int>(type: "integer", nullable: true),
                    ReceiptCount = table.Column<int>(type: "integer", nullable: true),
                    SellerPan = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    VatPercent = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Orders", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Products",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 50, nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    NameNe = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Description = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    DescriptionNe = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Price = table.Column<long>(type: "bigint", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Products", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ReceiptYears",
                columns: table => new
                {
                    Year = table.Column<int>(type: "integer", nullable: false),
                    LastReceipt = table.Column<int>(type: "integer", nullable: false),
                    LastCreditNote = table.Column<int>(type: "integer", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReceiptYears", x => x.Year);
                });

            migrationBuilder.CreateTable(
                name: "OrderLines",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    ProductId = table.Column<string>(type: "text", maxLength: 50, nullable: true, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    UnitPrice = table.Column<long>(type: "bigint", nullable: false),
                    Quantity = table.Column<int>(type: "integer", nullable: false),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    OrderId = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OrderLines", x => x.Id);
                    table.ForeignKey(
                        name: "FK_OrderLines_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Payments",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    OrderId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Method = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Status = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    KhaltiState = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    AmountPaid = table.Column<long>(type: "bigint", nullable: true),
                    AmountRefunded = table.Column<long>(type: "bigint", nullable: false),
                    AmountReserved = table.Column<long>(type: "bigint", nullable: false),
                    Fee = table.Column<long>(type: "bigint", nullable: true),
                    Token = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Pidx = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    PaymentUrl = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    LinkExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    TransactionId = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Failure = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CompletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CompletedOn = table.Column<DateOnly>(type: "date", nullable: true),
                    NextCheckAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LastAskedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LastAnsweredAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Checks = table.Column<int>(type: "integer", nullable: false),
                    Denials = table.Column<int>(type: "integer", nullable: false),
                    LastAskUnanswered = table.Column<bool>(type: "boolean", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Payments", x => x.Id);
                    table.CheckConstraint("CK_Payments_RefundedNoMoreThanPaid", "\"AmountRefunded\" >= 0 AND \"AmountReserved\" >= 0 AND \"AmountRefunded\" + \"AmountReserved\" <= COALESCE(\"AmountPaid\", 0)");
                    table.ForeignKey(
                        name: "FK_Payments_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SearchTerms",
                columns: table => new
                {
                    Term = table.Column<string>(type: "text", maxLength: 254, nullable: false, collation: "C"),
                    OrderId = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SearchTerms", x => new { x.Term, x.OrderId });
                    table.ForeignKey(
                        name: "FK_SearchTerms_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Timeline",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    OrderId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    PaymentId = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    At = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    What = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    By = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    KeyName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Note = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Timeline", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Timeline_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Refunds",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", maxLength: 30, nullable: false, collation: "C"),
                    OrderId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    PaymentId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Method = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Status = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Origin = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    RefundedBefore = table.Column<long>(type: "bigint", nullable: false),
                    Reason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Mobile = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    KeyName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    RequestId = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Failure = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CompletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CompletedOn = table.Column<DateOnly>(type: "date", nullable: true),
                    TakenOffOrder = table.Column<long>(type: "bigint", nullable: false),
                    CreditNoteYear = table.Column<int>(type: "integer", nullable: true),
                    CreditNoteCount = table.Column<int>(type: "integer", nullable: true),
                    NextCheckAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeasedUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Checks = table.Column<int>(type: "integer", nullable: false),
                    Denials = table.Column<int>(type: "integer", nullable: false),
                    LastAskUnanswered = table.Column<bool>(type: "boolean", nullable: false),
                    PersonWasCalled = table.Column<bool>(type: "boolean", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Refunds", x => x.Id);
                    table.CheckConstraint("CK_Refunds_Amount", "\"Amount\" > 0");
                    table.ForeignKey(
                        name: "FK_Refunds_Orders_OrderId",
                        column: x => x.OrderId,
                        principalTable: "Orders",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Refunds_Payments_PaymentId",
                        column: x => x.PaymentId,
                        principalTable: "Payments",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.InsertData(
                table: "Products",
                columns: new[] { "Id", "Description", "DescriptionNe", "Name", "NameNe", "Position", "Price" },
                values: new object[,]
                {
                    { "dhaka-topi", "Handwoven Dhaka cloth from Palpa, sewn the classic way.", "पाल्पाको हाते ढाका कपडा, परम्परागत सिलाइ।", "Dhaka topi", "ढाका टोपी", 5, 50000L },
                    { "felt-slippers", "Thick New Zealand wool, felted and sewn in Kathmandu. Warm on a stone floor.", "काठमाडौँमा बनेको बाक्लो ऊनी फेल्ट। चिसो भुइँमा पनि न्यानो।", "Felt slippers", "फेल्टका चप्पल", 6, 89000L },
                    { "ilam-tea", "100 g of orthodox black tea from the hills of Ilam, second flush.", "इलामका पहाडबाट दोस्रो टिपाइको १०० ग्राम अर्थोडक्स कालो चिया।", "Ilam tea", "इलाम चिया", 2, 18500L },
                    { "lokta-notebook", "80 pages of handmade lokta paper, bound with cotton thread.", "हाते लोक्ता कागजका ८० पाना, सुती धागोले बाँधिएको।", "Lokta notebook", "लोक्ता कापी", 4, 19500L },
                    { "pashmina-shawl", "Chyangra wool from Mustang, handwoven, 70 by 200 cm.", "मुस्ताङको च्याङ्ग्राको ऊन, हाते बुनाइ, ७० गुणा २०० से.मि.।", "Pashmina shawl", "पश्मिना सल", 8, 450000L },
                    { "prayer-flags", "A string of ten cotton flags in the five colours of the elements.", "पञ्चतत्त्वका पाँच रङमा दश वटा सुती ध्वजाको माला।", "Prayer flags", "लुङ्ता", 1, 15000L },
                    { "singing-bowl", "Hand-hammered in Patan, 14 cm, with striker and cushion.", "पाटनमा हातले पिटेर बनाएको, १४ से.मि., मुङ्ग्रो र चकटीसहित।", "Singing bowl", "सिङ्गिङ बाउल", 7, 320000L },
                    { "timur-pepper", "50 g of hand-picked timur from Myagdi: citrus first, then the tingle.", "म्याग्दीमा हातले टिपेको ५० ग्राम टिमुर: पहिले सुन्तलाको बास्ना, अनि झमझम।", "Timur pepper", "टिमुर", 3, 12000L }
                });

            migrationBuilder.CreateIndex(
                name: "IX_AdminSessions_ExpiresAt",
                table: "AdminSessions",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_AdminSessions_KeyId",
                table: "AdminSessions",
                column: "KeyId");

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_Hint",
                table: "ApiKeys",
                column: "Hint",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_Name",
                table: "ApiKeys",
                column: "Name",
                unique: true,
                filter: "\"RevokedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_IdempotentRequests_ExpiresAt",
                table: "IdempotentRequests",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_OrderLines_OrderId",
                table: "OrderLines",
                column: "OrderId");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Amount_Id",
                table: "Orders",
                columns: new[] { "Amount", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Attention_Id",
                table: "Orders",
                columns: new[] { "Attention", "Id" },
                filter: "\"Attention\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_PlacedOn",
                table: "Orders",
                column: "PlacedOn");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_ReceiptYear_ReceiptCount",
                table: "Orders",
                columns: new[] { "ReceiptYear", "ReceiptCount" },
                unique: true,
                filter: "\"ReceiptYear\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Reference",
                table: "Orders",
                column: "Reference",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Status_ExpiresAt",
                table: "Orders",
                columns: new[] { "Status", "ExpiresAt" },
                filter: "\"Status\" = 'pending'");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Status_Id",
                table: "Orders",
                columns: new[] { "Status", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Payments_CompletedOn_AmountPaid_Fee",
                table: "Payments",
                columns: new[] { "CompletedOn", "AmountPaid", "Fee" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_NextCheckAt",
                table: "Payments",
                column: "NextCheckAt",
                filter: "\"NextCheckAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OneLinkBeingMadePerOrder",
                table: "Payments",
                column: "OrderId",
                unique: true,
                filter: "\"Status\" = 'initiated' AND \"Pidx\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OneVerifyingPerOrder",
                table: "Payments",
                column: "OrderId",
                unique: true,
                filter: "\"Status\" = 'verifying' AND \"Method\" = 'widget'");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Open",
                table: "Payments",
                column: "CreatedAt",
                filter: "\"Status\" IN ('verifying', 'needs_review')");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_OrderId",
                table: "Payments",
                column: "OrderId");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Pidx",
                table: "Payments",
                column: "Pidx",
                unique: true,
                filter: "\"Pidx\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Token",
                table: "Payments",
                column: "Token",
                unique: true,
                filter: "\"Token\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Payments_TransactionId",
                table: "Payments",
                column: "TransactionId",
                unique: true,
                filter: "\"TransactionId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_CompletedOn_Amount",
                table: "Refunds",
                columns: new[] { "CompletedOn", "Amount" },
                filter: "\"CompletedOn\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_CreditNoteYear_CreditNoteCount",
                table: "Refunds",
                columns: new[] { "CreditNoteYear", "CreditNoteCount" },
                unique: true,
                filter: "\"CreditNoteYear\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_NextCheckAt",
                table: "Refunds",
                column: "NextCheckAt",
                filter: "\"NextCheckAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_OneOpenPerPayment",
                table: "Refunds",
                column: "PaymentId",
                unique: true,
                filter: "\"Status\" IN ('requested', 'unknown')");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_OrderId",
                table: "Refunds",
                column: "OrderId");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_PaymentId",
                table: "Refunds",
                column: "PaymentId");

            migrationBuilder.CreateIndex(
                name: "IX_Refunds_RequestId",
                table: "Refunds",
                column: "RequestId",
                filter: "\"RequestId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SearchTerms_OrderId",
                table: "SearchTerms",
                column: "OrderId");

            migrationBuilder.CreateIndex(
                name: "IX_Timeline_OrderId_Id",
                table: "Timeline",
                columns: new[] { "OrderId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AdminSessions");

            migrationBuilder.DropTable(
                name: "ApiKeys");

            migrationBuilder.DropTable(
                name: "DayCloses");

            migrationBuilder.DropTable(
                name: "IdempotentRequests");

            migrationBuilder.DropTable(
                name: "OrderLines");

            migrationBuilder.DropTable(
                name: "Products");

            migrationBuilder.DropTable(
                name: "ReceiptYears");

            migrationBuilder.DropTable(
                name: "Refunds");

            migrationBuilder.DropTable(
                name: "SearchTerms");

            migrationBuilder.DropTable(
                name: "Timeline");

            migrationBuilder.DropTable(
                name: "Payments");

            migrationBuilder.DropTable(
                name: "Orders");
        }
    }
}
