#include "campaigns_world.h"
#include <fmt/format.h>
#include <algorithm>
#include <cstdlib>
#include "verdict/verdict.h"
using namespace joulemark; using namespace joulemark::bench;
int main(int c, char** v){
  int worlds = c>1?atoi(v[1]):50;
  for (int kind=0; kind<7; ++kind) for (size_t k : {4,6,12,30,60}) {
  int any=0, bestdrop=0; size_t tot=0;
  for(int w=0; w<worlds; ++w){
    Random random(1,w*100+k);
    World world=plain(std::vector<double>(k,1e-3),0.02,random);
    if(kind==1) world.scatter[0]=0.08;
    if(kind==2) for(auto&s:world.scatter) s=0.01*std::exp(0.7*random.normal());
    if(kind==3) for(size_t i=0;i<k/2;++i) world.scatter[i]=0.1;
    if(kind==4) {world.scatter[0]=0.15; world.scatter[1]=0.002;}
    if(kind==5) {for(auto&s:world.scatter) s=0.002; world.scatter[0]=0.05;}
    if(kind==6) {for(auto&s:world.scatter) s=0.05; world.scatter[0]=0.001;}
    Protocol p; p.repetitions=10; p.race=0.05;
    auto record=experiment_of(world,p,random);
    record.experiment.margin=0;
    tot+=measure(world,record,random);
    auto a=verdict::adaptation_of(record);
    any+=!a.left_out.empty();
    for(auto&[n,l]:a.left_out) if(n.second.find(" t1 ")!=std::string::npos) bestdrop++;
  }
  fmt::print("kind {} k {}: any {:.4f} first {:.4f}\n",kind,k,any/(double)worlds,bestdrop/(double)worlds);
  }
}
