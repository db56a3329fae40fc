#include "ui/evaluate/evaluate_memes.h"

#include <QComboBox>
#include <QItemSelectionModel>
#include <QListView>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

namespace {

constexpr int kHeight = 310;  // three rows, and some of the fourth to say that there is more

}  // namespace

MemesCard::MemesCard(Thumbnails &thumbnails, QWidget *parent)
    : Card(tr("Memes"), parent), m_model(new WallModel(thumbnails, this)), m_view(new QListView(this)),
      m_order(new Calm<QComboBox>(this)), m_all(new Chip(tr("Show all"), this))
{
    m_view->setModel(m_model);
    m_view->setItemDelegate(makeWallDelegate(m_view));
    setUpWall(*m_view);
    m_view->verticalScrollBar()->setSingleStep(33);
    m_view->viewport()->setAutoFillBackground(false);
    m_view->setAccessibleName(tr("The judged memes"));
    m_view->setObjectName(QStringLiteral("judgedMemes"));
    m_view->setMinimumHeight(kHeight);
    m_order->addItems({tr("Overrated first"), tr("Slept on first"), tr("Closest first"), tr("Upvotes first")});
    m_order->setAccessibleName(tr("Order of the memes"));
    m_order->setMinimumContentsLength(15);
    m_order->setObjectName(QStringLiteral("memeOrder"));
    m_all->setFocusPolicy(Qt::StrongFocus);
    header()->addWidget(m_all);
    header()->addWidget(m_order);
    body()->addWidget(m_view, 1);
    connect(m_order, &QComboBox::currentIndexChanged, this, &MemesCard::fill);
    connect(m_all, &Chip::clicked, this, &MemesCard::allWanted);
    const auto pick = [this](const QModelIndex &index) {
        if (index.isValid() && !m_quiet)
            emit memePicked(index.data(WallModel::IdRole).toString());
    };
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, pick);
    connect(m_view, &QListView::clicked, this, pick);
    connect(m_view, &QListView::activated, this, pick);
    fill();
}

void MemesCard::setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const Dataset> dataset)
{
    m_evaluation = std::move(evaluation);
    m_dataset = std::move(dataset);
    m_chosen.clear();
    fill();
}

void MemesCard::setChosen(const std::vector<int> &indexes)
{
    if (indexes.empty() && m_chosen.empty())
        return;
    m_chosen = indexes;
    fill();
}

void MemesCard::fill()
{
    std::vector<JudgedMeme> memes;
    if (m_evaluation && m_chosen.empty())
        memes = m_evaluation->memes;
    for (const int index : m_chosen)
        memes.push_back(m_evaluation->memes.at(std::size_t(index)));
    const auto order = Order(m_order->currentIndex());
    const auto key = [order](const JudgedMeme &meme) {
        const double error = meme.predicted - meme.actual;
        const double weight = order == Order::Overrated ? -error
                              : order == Order::SleptOn ? error
                              : order == Order::Nailed  ? std::abs(error)
                                                        : -double(meme.upvotes);
        return std::isnan(weight) ? HUGE_VAL : weight;
    };
    std::stable_sort(memes.begin(), memes.end(),
                     [&](const JudgedMeme &a, const JudgedMeme &b) { return key(a) < key(b); });
    setSubtitle(m_chosen.empty() ? tr("all %1").arg(groupedNumber(qint64(memes.size())))
                                 : tr("%1 chosen on the chart").arg(groupedNumber(qint64(memes.size()))));
    m_all->setVisible(!m_chosen.empty());
    m_quiet = true;
    m_model->setMemes(std::move(memes), m_dataset);
    m_quiet = false;
    m_view->scrollToTop();
}

void MemesCard::showMeme(const QString &id)
{
    m_quiet = true;
    const QModelIndex index = m_model->indexOf(id);
    m_view->setCurrentIndex(index);
    if (index.isValid())
        m_view->scrollTo(index);
    m_quiet = false;
}

}  // namespace dank::ui
